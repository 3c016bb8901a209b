import { Controller } from '@nestjs/common';
import { Ctx, MessagePattern } from '@nestjs/microservices';
import { describe, expect, it } from 'vitest';
import type { Discovery } from '../../../../lib/discovery/discovery.js';
import type { SocketPoolClientOptions } from '../../../../lib/client/client-options.js';
import { SocketPoolContext } from '../../../../lib/server/socket-pool-context.js';
import { until } from '../../../support/until.js';
import { expectFailure } from '../support/failure.js';
import { clientAt, NestService } from '../support/nest-service.js';

@Controller()
class SlowController {
  @MessagePattern('hang')
  async hang(_: unknown, @Ctx() { signal }: SocketPoolContext): Promise<void> {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  }
}

const NOBODY = 'tcp://127.0.0.1:1';
const CAN_RETRY = { processed: 'no', retryable: true } as const;

/** A client with its only place in flight taken. */
async function busyClient(options: SocketPoolClientOptions) {
  const service = await NestService.start({ controllers: [SlowController] });
  const client = service.client({ maxInFlight: 1, ...options });
  await client.connect();
  void client.request('hang', 1).catch(() => undefined);
  return client;
}

describe('NO_ENDPOINT', () => {
  it('says that discovery knows none', async () => {
    const discovery: Discovery = {
      name: 'nowhere',
      watch: (listener) => {
        listener.onEndpoints([]);
        return () => undefined;
      },
    };
    const client = clientAt('', { discovery, name: 'orders', acquireTimeoutMs: 50 });
    await expectFailure(client.request('ask', 1), {
      code: 'NO_ENDPOINT',
      ...CAN_RETRY,
      message: /no endpoint of orders is known/,
    });
  });
});

describe('NO_CONNECTION', () => {
  it('says why none is ready, when the pool fails fast', async () => {
    const client = clientAt(NOBODY, { name: 'orders', whenUnavailable: 'fail' });
    const error = await expectFailure(client.request('ask', 1), {
      code: 'NO_CONNECTION',
      ...CAN_RETRY,
      message: /no connection to orders at tcp:\/\/127\.0\.0\.1:1: 0 of 4 .*ECONNREFUSED.*waiting/,
    });
    expect(error.cause).toMatchObject({ code: 'CONNECT_FAILED' });
  });

  it('is what a ping meets', async () => {
    await expectFailure(clientAt(NOBODY, { name: 'orders' }).pool.ping(), {
      code: 'NO_CONNECTION',
      ...CAN_RETRY,
      message: /no connection of orders is ready/,
    });
  });
});

describe('ACQUIRE_TIMEOUT', () => {
  it('says how long was waited, for what, and with how many others', async () => {
    const options = { name: 'orders', whenUnavailable: 'wait', acquireTimeoutMs: 500 } as const;
    await expectFailure(clientAt(NOBODY, options).request('ask', 1), {
      code: 'ACQUIRE_TIMEOUT',
      ...CAN_RETRY,
      message:
        /no connection to orders at \S+ within 500 ms: 0 of 4 connections ready.*, 0 waiting/,
    });
    await expectFailure((await busyClient(options)).request('hang', 2), {
      code: 'ACQUIRE_TIMEOUT',
      ...CAN_RETRY,
      message: /within 500 ms: 1 of 1 calls in flight, 0 waiting/,
    });
  });
});

describe('WAITERS_FULL', () => {
  it('says how many wait, and how many may', async () => {
    const client = await busyClient({ maxWaiters: 2, whenUnavailable: 'wait' });
    const waiting = [client.request('hang', 2), client.request('hang', 3)];
    await expectFailure(client.request('hang', 4), {
      code: 'WAITERS_FULL',
      ...CAN_RETRY,
      message: /1 of 1 calls in flight, 2 of 2 waiting/,
    });
    client.pool.destroy();
    await Promise.allSettled(waiting);
  });
});

describe('IN_FLIGHT_LIMIT', () => {
  it('says how many are in flight, and how many may be, when the pool fails fast', async () => {
    const client = await busyClient({ whenUnavailable: 'fail' });
    await expectFailure(client.request('hang', 2), {
      code: 'IN_FLIGHT_LIMIT',
      ...CAN_RETRY,
      message: /1 of 1 calls in flight/,
    });
  });
});

describe('POOL_CLOSED', () => {
  const closed = { code: 'POOL_CLOSED', processed: 'no', retryable: false } as const;

  it('is what a call meets after the application was shut down', async () => {
    const client = clientAt(NOBODY, { name: 'orders' });
    await client.onApplicationShutdown();
    await expectFailure(client.request('ask', 1), { ...closed, message: /orders is closed/ });
  });

  it('is what a call meets on a pool that drains', async () => {
    const client = await busyClient({ name: 'orders', maxInFlight: 10, drainTimeoutMs: 1_000 });
    const { pool } = client;
    await until(() => pool.snapshot().inFlight === 1, 'a call is in flight');
    const closing = pool.close();
    await expectFailure(client.request('hang', 2), { ...closed, message: /orders is closed/ });
    pool.destroy();
    await closing;
  });
});

describe('CIRCUIT_OPEN', () => {
  it('says that too many calls of the pattern failed', async () => {
    const service = await NestService.start({ controllers: [SlowController] });
    const client = service.client({ name: 'orders', breaker: { minCalls: 2 }, deadlineMs: 50 });
    const late = await Promise.allSettled([client.request('hang', 1), client.request('hang', 2)]);
    expect(late.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const message = /^hang at orders was not sent/;
    await expectFailure(client.request('hang', 3), { code: 'CIRCUIT_OPEN', ...CAN_RETRY, message });
  });
});
