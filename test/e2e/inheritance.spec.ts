import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import type { Observable } from 'rxjs';
import { lastValueFrom, mergeMap } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CallOptions } from '../../lib/client/call-options.js';
import { SocketPoolClient } from '../../lib/client/socket-pool-client.js';
import { SocketPoolRecordBuilder } from '../../lib/client/socket-pool-record.js';
import type { SocketPoolContext } from '../../lib/server/socket-pool-context.js';
import { until } from '../support/until.js';
import { startOrders } from './support/orders-service.js';

interface Told {
  readonly remainingMs: number | undefined;
  readonly metadata: Record<string, unknown> | null;
}

/** What the handlers of both services saw; cleared with each chain. */
const log: string[] = [];
/** The client of the first service to the second. */
let inner: SocketPoolClient;

@Controller()
class FirstController {
  @MessagePattern('chain')
  chain(@Payload() options: CallOptions): Promise<Told> {
    return inner.request<Told>('tell', 1, options);
  }

  @MessagePattern('chain.observable')
  chainObservable(): Observable<Told> {
    return inner.send('tell', 1).pipe(mergeMap(() => inner.send<Told>('tell', 2)));
  }

  @MessagePattern('chain.wait')
  async chainWait(@Payload() options: CallOptions): Promise<void> {
    await inner.request('wait', 1, options).catch((error: { code: string }) => {
      log.push(`call ${error.code}`);
    });
  }

  @MessagePattern('chain.late')
  async chainLate(@Payload() options: CallOptions, @Ctx() { signal }: SocketPoolContext) {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    await inner.request('tell', 1, options).then(
      () => log.push('told'),
      (error: { code: string; processed: string }) => log.push(`${error.code} ${error.processed}`),
    );
  }

  @EventPattern('chain.event')
  async chainEvent(@Payload() _data: unknown): Promise<void> {
    log.push(`event ${JSON.stringify((await inner.request<Told>('tell', 1)).metadata)}`);
  }
}

@Controller()
class SecondController {
  @MessagePattern('tell')
  tell(@Payload() _data: unknown, @Ctx() context: SocketPoolContext): Told {
    const { remainingMs } = context;
    return { remainingMs, metadata: { ...context.getMetadata() } };
  }

  @MessagePattern('wait')
  async wait(@Payload() _data: unknown, @Ctx() { signal }: SocketPoolContext): Promise<void> {
    log.push('work began');
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    log.push('work ended');
  }
}

async function startChain(options: object = {}) {
  log.length = 0;
  const second = await startOrders({ controllers: [SecondController] });
  inner = new SocketPoolClient({ endpoints: [second.address], ...options });
  const first = await startOrders({
    controllers: [FirstController],
    server: { drainTimeoutMs: 50 },
  });
  const client = new SocketPoolClient({ endpoints: [first.address], deadlineMs: 0 });
  onTestFinished(async () => {
    await client.close();
    await inner.close();
  });
  return { client, first };
}

describe('over two hops', () => {
  it('the remaining time travels, by a promise and by an Observable', async () => {
    const { client } = await startChain();
    for (const pattern of ['chain', 'chain.observable', 'chain']) {
      const told = await client.request<Told>(pattern, {}, { deadlineMs: 5_000 });
      expect(told.remainingMs).toBeLessThanOrEqual(5_000);
      expect(told.remainingMs).toBeGreaterThan(2_000);
    }
  });

  it('the smaller deadline wins', async () => {
    const { client } = await startChain();
    const own = await client.request<Told>('chain', { deadlineMs: 2_000 }, { deadlineMs: 9_000 });
    expect(own.remainingMs).toBeLessThanOrEqual(2_000);
    const usual = await client.request<Told>('chain', {});
    expect(usual.remainingMs).toBeGreaterThan(25_000);
  });

  it('the trace context travels, and nothing else', async () => {
    const { client } = await startChain();
    const metadata = { traceparent: '00-1-1-01', authorization: 'secret' };
    const told = await client.request<Told>('chain', {}, { metadata });
    expect(told.metadata).toEqual({ traceparent: '00-1-1-01' });
    const record = await lastValueFrom(client.send('chain', { metadata: { traceparent: 'own' } }));
    expect(record).toMatchObject({ metadata: { traceparent: 'own' } });
  });

  it('nothing travels where it is not wanted', async () => {
    const { client } = await startChain({ inherit: false });
    const options = { deadlineMs: 5_000, metadata: { traceparent: 'x' } };
    const told = await client.request<Told>('chain', {}, options);
    expect(told.metadata).toEqual({});
    expect(told.remainingMs).toBeGreaterThan(25_000);
  });

  it('an event hands on the trace context', async () => {
    const { client } = await startChain();
    const record = new SocketPoolRecordBuilder(1).setMetadata({ traceparent: 'x' }).build();
    await lastValueFrom(client.emit('chain.event', record));
    await until(() => log.length > 0, 'the event');
    expect(log).toEqual(['event {"traceparent":"x"}']);
  });
});

describe('down the chain', () => {
  it('a cancelled request ends the work of the second service', async () => {
    const { client } = await startChain();
    const subscription = client.send('chain.wait', {}).subscribe({ error: () => undefined });
    await until(() => log.includes('work began'), 'the work');
    subscription.unsubscribe();
    await until(() => log.includes('work ended'), 'the end of the work');
    expect(log.toSorted()).toEqual(['call CANCELLED', 'work began', 'work ended']);
  });

  it('so does a lost connection', async () => {
    const { client } = await startChain();
    client.send('chain.wait', {}).subscribe({ error: () => undefined });
    await until(() => log.includes('work began'), 'the work');
    client.pool.destroy();
    await until(() => log.includes('work ended'), 'the end of the work');
    expect(log).toContain('call CANCELLED');
  });

  it('so does the deadline', async () => {
    const { client } = await startChain();
    await client.request('chain.wait', {}, { deadlineMs: 300 }).catch(() => undefined);
    await until(() => log.includes('call DEADLINE_EXCEEDED'), 'the failure of the call');
    await until(() => log.includes('work ended'), 'the end of the work');
  });

  it('so does the end of a drain', async () => {
    const { client, first } = await startChain();
    client.send('chain.wait', {}).subscribe({ error: () => undefined });
    await until(() => log.includes('work began'), 'the work');
    await first.app.close();
    await until(() => log.includes('work ended'), 'the end of the work');
  });

  it('a call is not started when nobody waits any more, unless it does not inherit', async () => {
    const { client } = await startChain();
    await client.request('chain.late', {}, { deadlineMs: 100 }).catch(() => undefined);
    await until(() => log.length === 1, 'the end of call 1');
    expect(log).toEqual(['DEADLINE_EXCEEDED no']);
    await client
      .request('chain.late', { inherit: false }, { deadlineMs: 100 })
      .catch(() => undefined);
    await until(() => log.length === 2, 'the end of call 2');
    expect(log[1]).toBe('told');
  });
});
