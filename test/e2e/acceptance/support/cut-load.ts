import { setImmediate as nextTurn } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { randomInteger, seededRandom } from '../../../../lib/common/random.js';
import type { SocketPoolError } from '../../../../lib/errors/socket-pool-error.js';
import { FaultProxy } from '../../../support/fault-proxy.js';
import { until } from '../../../support/until.js';
import type { NestService } from './nest-service.js';

/** `ACCEPTANCE_CALLS=100000` for the long run, `ACCEPTANCE_SEED` for the run that failed. */
export const CALLS = Number(process.env.ACCEPTANCE_CALLS ?? 20_000);
export const SEED = Number(process.env.ACCEPTANCE_SEED ?? Date.now() % 2 ** 31);
export const LIMIT_MS = 30_000 + CALLS;
const AT_ONCE = 200;

/** What became of one call; each kind of call has its own way to be settled twice. */
export class Fate {
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

  get label(): string {
    return this.error === undefined ? 'ok' : `${this.error.code} ${this.error.processed}`;
  }
}

/** What is wrong with the fate of the call, which ran so many times. */
export function judge(fate: Fate, id: number, times: number): string | undefined {
  const { ends, error, value } = fate;
  const found = `call ${id} (${fate.label}) has ${ends} ends and ran ${times} times`;
  if (ends !== 1 || times > 1) return found;
  if (error === undefined) return times === 1 && value === id ? undefined : found;
  if (error.processed === 'no' && times > 0) return found;
  return error.processed === 'yes' && times === 0 ? found : undefined;
}

export function countsOf(fates: readonly Fate[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { label } of fates) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

/** A proxy before the service that cuts each connection after bytes drawn at random. */
export async function startCutting(service: NestService, maxBytes: number): Promise<FaultProxy> {
  const random = seededRandom(SEED);
  const proxy = await FaultProxy.open(service.port, {
    cutAfterBytes: () => {
      proxy.cutBy = random() < 0.5 ? 'end' : 'reset';
      return 1 + randomInteger(random, maxBytes);
    },
  });
  onTestFinished(() => proxy.close());
  return proxy;
}

/** Makes all calls, so many at once, and waits until each is settled. */
export async function settleAll(call: (id: number) => Fate): Promise<readonly Fate[]> {
  const fates: Fate[] = [];
  while (fates.length < CALLS) {
    const open = fates.slice(-2 * AT_ONCE).filter(({ ends }) => ends === 0).length;
    for (let more = AT_ONCE - open; more > 0 && fates.length < CALLS; more--)
      fates.push(call(fates.length));
    await nextTurn();
  }
  await until(() => fates.every(({ ends }) => ends > 0), 'all are settled', LIMIT_MS);
  return fates;
}
