import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { from, Observable } from 'rxjs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SocketPoolClient } from '../../../lib/client/socket-pool-client.js';
import { randomInteger, seededRandom } from '../../../lib/common/random.js';
import type { SocketPoolError } from '../../../lib/errors/socket-pool-error.js';
import { FaultProxy } from '../../support/fault-proxy.js';
import { until } from '../../support/until.js';
import { clientAt, NestService } from './support/nest-service.js';

/** `ACCEPTANCE_CALLS=100000` for the long run, `ACCEPTANCE_SEED` for the run that failed. */
const CALLS = Number(process.env.ACCEPTANCE_CALLS ?? 20_000);
const SEED = Number(process.env.ACCEPTANCE_SEED ?? Date.now() % 2 ** 31);
const AT_ONCE = 200;
const MAX_BYTES = 20_000;
const LIMIT_MS = 30_000 + CALLS;

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

/** What became of one call; each kind of call has its own way to be settled twice. */
class Fate {
  ends = 0;
  error: SocketPoolError | undefined;
  value: unknown;

  succeed(value: unknown): void {
    this.ends++;
    this.value = value;
  }

  fail(error: SocketPoolError): void {
    this.ends++;
    this.error = error;
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

function judge({ ends, error, value }: Fate, id: number): string | undefined {
  const times = runs[id]!;
  const label = error === undefined ? 'ok' : `${error.code} ${error.processed}`;
  const found = `call ${id} (${label}) has ${ends} ends and ran ${times} times`;
  if (ends !== 1 || times > 1) return found;
  if (error === undefined) return times === 1 && value === id ? undefined : found;
  if (error.processed === 'no' && times > 0) return found;
  return error.processed === 'yes' && times === 0 ? found : undefined;
}

function countsOf(fates: readonly Fate[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { error } of fates) {
    const label = error === undefined ? 'ok' : `${error.code} ${error.processed}`;
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return counts;
}

async function startCutting(service: NestService): Promise<FaultProxy> {
  const random = seededRandom(SEED);
  const proxy = await FaultProxy.open(service.port, {
    cutAfterBytes: () => {
      proxy.cutBy = random() < 0.5 ? 'end' : 'reset';
      return 1 + randomInteger(random, MAX_BYTES);
    },
  });
  onTestFinished(() => proxy.close());
  return proxy;
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
        const proxy = await startCutting(service);
        const client = clientAt(proxy.address, {
          dialect,
          whenUnavailable: 'wait',
          acquireTimeoutMs: 20_000,
          pool: { minConnections: 4, maxConnections: 4 },
          reconnect: { initialBackoffMs: 10, maxBackoffMs: 20, spreadMs: 0 },
        });

        const fates: Fate[] = [];
        while (fates.length < CALLS) {
          const open = fates.slice(-2 * AT_ONCE).filter(({ ends }) => ends === 0).length;
          for (let more = AT_ONCE - open; more > 0 && fates.length < CALLS; more--)
            fates.push(call(client, fates.length));
          await nextTurn();
        }
        await until(() => fates.every(({ ends }) => ends > 0), 'all are settled', LIMIT_MS);

        expect(fates.map(judge).filter(Boolean), `seed ${SEED}`).toEqual([]);
        expect(client.pool.snapshot()).toMatchObject({ inFlight: 0, waiters: 0 });
        expect(proxy.cuts).toBeGreaterThan(CALLS / 500);
        expect(countsOf(fates).ok).toBeGreaterThan(CALLS / 4);
      },
    );
  },
);
