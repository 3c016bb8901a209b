import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SocketPoolClient } from '../../lib/client/socket-pool-client.js';
import { MaxConcurrency } from '../../lib/server/max-concurrency.decorator.js';
import { until } from '../support/until.js';
import { startOrders } from './support/orders-service.js';

let running = 0;
let most = 0;
let finish: (() => void)[] = [];

async function work(): Promise<number> {
  running++;
  most = Math.max(most, running);
  await new Promise<void>((resolve) => void finish.push(resolve));
  return running--;
}

@Controller()
class BusyController {
  @MaxConcurrency(2, { maxQueued: 1, maxQueueMs: 60_000 })
  @MessagePattern(['render', 'render.again'])
  render(@Payload() _data: unknown) {
    return work();
  }

  @MessagePattern('number', { maxConcurrency: 1 })
  number(@Payload() _data: unknown) {
    return work();
  }

  @MessagePattern('free')
  free(@Payload() _data: unknown) {
    return 'free';
  }
}

async function start() {
  running = most = 0;
  finish = [];
  const service = await startOrders({ controllers: [BusyController] });
  const client = new SocketPoolClient({ endpoints: [service.address], maxAttempts: 1 });
  onTestFinished(async () => client.close());
  await client.connect();
  const outcomes: string[] = [];
  const ask = (pattern: string): void => {
    client.request(pattern, 1).then(
      () => outcomes.push('ok'),
      (error: { code: string; processed: string; message: string; retryAfterMs?: number }) =>
        outcomes.push(`${error.code} ${error.processed} ${error.retryAfterMs}`),
    );
  };
  return { client, outcomes, ask };
}

describe('a handler with a limit', () => {
  it('works on so many at once, lets some wait, and rejects the rest', async () => {
    const { client, outcomes, ask } = await start();
    for (const pattern of ['render', 'render.again', 'render', 'render.again']) ask(pattern);
    await until(() => outcomes.length === 1, 'the rejection');
    expect(outcomes).toEqual(['REJECTED no 100']);
    await expect(client.request('free', 1)).resolves.toBe('free');
    expect(running).toBe(2);
    for (let end = 1; end <= 3; end++) {
      finish.shift()!();
      await until(() => outcomes.length === end + 1, 'a reply');
    }
    expect([outcomes.filter((each) => each === 'ok').length, most]).toEqual([3, 2]);
  });

  it('may have it among the extras of its pattern', async () => {
    const { outcomes, ask } = await start();
    for (let call = 0; call < 3; call++) ask('number');
    await until(() => outcomes.length === 2, 'two rejections');
    expect(running).toBe(1);
    for (const end of finish) end();
    await until(() => outcomes.includes('ok'), 'the reply');
  });
});
