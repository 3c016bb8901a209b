import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { from, Observable } from 'rxjs';
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

  @MessagePattern('values')
  values(@Payload() id: number): Observable<number> {
    runs[id]!++;
    return from([1, 2, id]);
  }
}

/** Every third call is one of `request()`, the others are subscriptions. */
function call(client: SocketPoolClient, id: number): Fate {
  const fate = new Fate();
  if (id % 3 === 0) {
    client.request('promise', id).then(
      (value) => fate.succeed(value),
      (error: SocketPoolError) => fate.fail(error),
    );
    return fate;
  }
  let last: unknown;
  client.send(id % 3 === 1 ? 'value' : 'values', id).subscribe({
    next: (value: unknown) => (last = value),
    error: (error: SocketPoolError) => fate.fail(error),
    complete: () => fate.succeed(last),
  });
  return fate;
}

describe.each(['binary', 'nest-tcp'] as const)(
  '%s calls over connections cut at random',
  (dialect) => {
    it(
      `are all settled, none runs twice, none runs that is said not to have run (seed ${SEED})`,
      { timeout: LIMIT_MS + 10_000 },
      async () => {
        runs = new Uint8Array(CALLS);
        const service = await NestService.start({ controllers: [CountingController] });
        const proxy = await startCutting(service, 20_000);
        const client = clientAt(proxy.address, {
          dialect,
          whenUnavailable: 'wait',
          acquireTimeoutMs: 20_000,
          pool: { minConnections: 4, maxConnections: 4 },
          reconnect: { initialBackoffMs: 10, maxBackoffMs: 20, spreadMs: 0 },
        });

        const fates = await settleAll((id) => call(client, id));

        const wrong = fates.map((fate, id) => judge(fate, id, runs[id]!)).filter(Boolean);
        expect(wrong, `seed ${SEED}`).toEqual([]);
        expect(client.pool.snapshot()).toMatchObject({ inFlight: 0, waiters: 0 });
        expect(proxy.cuts).toBeGreaterThan(CALLS / 500);
        expect(countsOf(fates).ok).toBeGreaterThan(CALLS / 4);
      },
    );
  },
);
