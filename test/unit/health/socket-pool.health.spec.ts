import { HealthIndicatorService } from '@nestjs/terminus';
import { describe, expect, it } from 'vitest';
import { SocketPoolHealthIndicator } from '../../../lib/health/socket-pool.health.js';
import { endpointSnapshot, poolSnapshot } from '../../support/snapshots.js';

const indicator = new SocketPoolHealthIndicator(new HealthIndicatorService());

const ENDPOINTS = [
  endpointSnapshot({ address: 'tcp://a:1' }),
  endpointSnapshot({ address: 'tcp://b:1' }),
  endpointSnapshot({ address: 'tcp://c:1', state: 'backoff', connections: [] }),
];

function pingable(answer: (endpoint: string) => number) {
  const asked: unknown[] = [];
  const pool = {
    snapshot: () => poolSnapshot({ endpoints: ENDPOINTS }),
    ping: async (options: { timeoutMs: number; endpoint?: string }) => {
      asked.push(options);
      return Promise.resolve(answer(options.endpoint ?? ''));
    },
  };
  return { pool, asked };
}

describe('isHealthy()', () => {
  it('reports the verdict and the numbers under the key', () => {
    const pool = { snapshot: () => poolSnapshot() };
    expect(indicator.isHealthy('orders', pool)).toEqual({
      orders: expect.objectContaining({ status: 'up', readyConnections: 1 }),
    });
    const result = indicator.isHealthy('orders', pool, { minReadyConnections: 2 });
    expect(result.orders.status).toBe('down');
  });

  it('refuses bad options, all at once', () => {
    const options = { minReadyConnections: -1, degradedWaiters: 0, minimum: 1 } as never;
    const pool = { snapshot: () => poolSnapshot() };
    expect(() => indicator.isHealthy('orders', pool, options)).toThrow(
      /3 options(.|\n)*minimum(.|\n)*minReadyConnections: -1(.|\n)*degradedWaiters: 0/,
    );
  });
});

describe('roundTrip()', () => {
  it('asks all endpoints that are ready', async () => {
    const { pool, asked } = pingable(() => 2);
    expect(await indicator.roundTrip('orders', pool, { timeoutMs: 50 })).toEqual({
      orders: { status: 'up', roundTripMs: 2, answered: 2, asked: 2, failures: [] },
    });
    expect(asked).toEqual([
      { timeoutMs: 50, endpoint: 'tcp://a:1' },
      { timeoutMs: 50, endpoint: 'tcp://b:1' },
    ]);
  });

  it('asks the one endpoint it is told to', async () => {
    const { pool, asked } = pingable(() => 2);
    await indicator.roundTrip('orders', pool, { endpoint: 'tcp://c:1' });
    expect(asked).toEqual([{ timeoutMs: 1_000, endpoint: 'tcp://c:1' }]);
  });

  it('is degraded by a stuck endpoint, and down when all are stuck', async () => {
    const stuck = (endpoint: string) => {
      throw new Error(`${endpoint} does not answer`);
    };
    const some = pingable((endpoint) => (endpoint === 'tcp://a:1' ? 1 : stuck(endpoint)));
    expect((await indicator.roundTrip('orders', some.pool)).orders).toMatchObject({
      status: 'degraded',
      failures: ['tcp://b:1: tcp://b:1 does not answer'],
    });
    const all = pingable(stuck);
    expect((await indicator.roundTrip('orders', all.pool)).orders.status).toBe('down');
  });

  it.each([[{ timeoutMs: 0 }], [{ timeoutMs: Number.NaN }], [{ endpoint: 7 }], [{ limit: 1 }]])(
    'refuses bad options: %j',
    async (options) => {
      const { pool } = pingable(() => 1);
      await expect(indicator.roundTrip('orders', pool, options as never)).rejects.toMatchObject({
        code: 'INVALID_OPTIONS',
      });
    },
  );
});
