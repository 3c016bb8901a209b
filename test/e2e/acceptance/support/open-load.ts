import { setTimeout as sleep } from 'node:timers/promises';
import type { SocketPoolError } from '../../../../lib/errors/socket-pool-error.js';

const TURN_MS = 5;

/** How a load fared. Times in ms, in ascending order. */
export interface LoadFigures {
  readonly perSecond: number;
  readonly made: number;
  /** Of the calls that succeeded. */
  readonly accepted: readonly number[];
  /** Of the calls that were rejected. */
  readonly rejected: readonly number[];
  /** Other failures, by code. */
  readonly failures: Readonly<Record<string, number>>;
  /** Calls that succeeded, per second. */
  readonly goodput: number;
}

/** Counts calls and takes their time. */
class LoadRecord {
  made = 0;
  readonly accepted: number[] = [];
  readonly rejected: number[] = [];
  readonly failures: Record<string, number> = {};
  readonly #running = new Set<Promise<void>>();
  readonly #begunAt = performance.now();

  make(ask: () => Promise<unknown>): Promise<void> {
    this.made++;
    const begunAt = performance.now();
    const call = ask().then(
      () => void this.accepted.push(performance.now() - begunAt),
      (error: SocketPoolError) => {
        if (error.code === 'REJECTED') this.rejected.push(performance.now() - begunAt);
        else this.failures[error.code] = (this.failures[error.code] ?? 0) + 1;
      },
    );
    this.#running.add(call);
    void call.finally(() => this.#running.delete(call));
    return call;
  }

  async figures(): Promise<LoadFigures> {
    const forMs = performance.now() - this.#begunAt;
    const succeeded = this.accepted.length;
    await Promise.all(this.#running);
    const ascending = (times: readonly number[]): number[] => times.toSorted((a, b) => a - b);
    return {
      perSecond: (this.made * 1_000) / forMs,
      made: this.made,
      accepted: ascending(this.accepted),
      rejected: ascending(this.rejected),
      failures: this.failures,
      goodput: (succeeded * 1_000) / forMs,
    };
  }
}

/** So many callers, each of which asks again when it is answered: what a service can do. */
export async function closedLoad(
  ask: () => Promise<unknown>,
  callers: number,
  forMs: number,
): Promise<LoadFigures> {
  const record = new LoadRecord();
  const end = performance.now() + forMs;
  const caller = async (): Promise<void> => {
    while (performance.now() < end) await record.make(ask);
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return record.figures();
}

/** So many calls per second, whatever becomes of those before: the world outside does not wait. */
export async function openLoad(
  ask: () => Promise<unknown>,
  perSecond: number,
  forMs: number,
): Promise<LoadFigures> {
  const record = new LoadRecord();
  const begunAt = performance.now();
  for (let passed = 0; passed < forMs; passed = performance.now() - begunAt) {
    for (const due = (passed * perSecond) / 1_000; record.made < due;) void record.make(ask);
    await sleep(TURN_MS);
  }
  return record.figures();
}

/** The time within which so many of them were, 0 to 1; 0 when there were none. */
export function quantile(ascending: readonly number[], share: number): number {
  return ascending[Math.min(Math.floor(ascending.length * share), ascending.length - 1)] ?? 0;
}
