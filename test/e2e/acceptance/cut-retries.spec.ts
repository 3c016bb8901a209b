import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { SocketPoolClient } from '../../../lib/client/socket-pool-client.js';
import type { SocketPoolError } from '../../../lib/errors/socket-pool-error.js';
import {
  CALLS,
  countsOf,
  Fate,
  judge,
  LIMIT_MS,
  SEED,
  settleAll,
  startCutting,
} from './support/cut-load.js';
import { clientAt, NestService } from './support/nest-service.js';

let runs = new Uint8Array(CALLS);

@Controller()
class CountingController {
  @MessagePattern('value')
  value(@Payload() id: number): number {
    runs[id]!++;
    return id;
  }

  @MessagePattern('promise')
  async promise(@Payload() id: number): Promise<number> {
    runs[id]!++;
    await nextTurn();
    return id;
  }
}

function call(client: SocketPoolClient, id: number): Fate {
  const fate = new Fate();
  client.request(id % 2 === 0 ? 'value' : 'promise', id).then(
    (value) => fate.succeed(value),
    (error: SocketPoolError) => fate.fail(error),
  );
  return fate;
}

describe.each(['binary', 'nest-tcp'] as const)(
  '%s calls over connections cut at random, repeated with a key',
  (dialect) => {
    it(
      `are all settled, nearly all well, and none runs twice (seed ${SEED})`,
      { timeout: LIMIT_MS + 10_000 },
      async () => {
        runs = new Uint8Array(CALLS);
        // Room for all that are answered between the first attempt of a call and its last.
        const options = { dedup: { maxEntries: 30_000 } };
        const service = await NestService.start({ controllers: [CountingController], options });
        const proxy = await startCutting(service, 40_000);
        const client = clientAt(proxy.address, {
          dialect,
          whenUnavailable: 'wait',
          acquireTimeoutMs: 20_000,
          maxAttempts: 10,
          retry: {
            ...{ idempotentPatterns: ['value', 'promise'], idempotencyKeys: true },
            ...{ initialBackoffMs: 5, maxBackoffMs: 50, budgetRatio: 1, budgetPerSecond: 10_000 },
          },
          pool: { minConnections: 4, maxConnections: 4 },
          reconnect: { initialBackoffMs: 10, maxBackoffMs: 20, spreadMs: 0 },
        });

        const fates = await settleAll((id) => call(client, id));

        const wrong = fates.map((fate, id) => judge(fate, id, runs[id]!)).filter(Boolean);
        expect(wrong, `seed ${SEED}`).toEqual([]);
        expect(client.pool.snapshot()).toMatchObject({ inFlight: 0, waiters: 0 });
        expect(proxy.cuts).toBeGreaterThan(CALLS / 500);
        const { calls } = client.pool.snapshot();
        const { replayed, joined, kept } = service.strategy.deduplication()!;
        expect(calls.retries.lost).toBeGreaterThan(CALLS / 500);
        expect(replayed + joined).toBeGreaterThan(0);
        expect(kept).toBeLessThanOrEqual(30_000);
        const { ok = 0 } = countsOf(fates);
        expect(ok, JSON.stringify(countsOf(fates))).toBeGreaterThan(CALLS * 0.99);
      },
    );
  },
);
