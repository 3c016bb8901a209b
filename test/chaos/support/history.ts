import { expect } from 'vitest';
import type { CallRecord } from './call-record.js';
import { labelOf } from './call-record.js';
import type { Executions } from './history-check.js';
import { checkHistory } from './history-check.js';

/** Calls that were made, and what became of each. */
export class History {
  constructor(readonly calls: readonly CallRecord[]) {}

  /** Those that match. */
  where(isMeant: (call: CallRecord) => boolean): History {
    return new History(this.calls.filter(isMeant));
  }

  /** Those that began in a stretch of time, as told by `performance.now()`. */
  between(from: number, to: number): History {
    return this.where(({ startedAt }) => startedAt >= from && startedAt < to);
  }

  get failed(): History {
    return this.where(({ error }) => error !== undefined);
  }

  get succeeded(): History {
    return this.where(({ ends, error }) => ends > 0 && error === undefined);
  }

  get size(): number {
    return this.calls.length;
  }

  /** In percent, of all. */
  get errorPercent(): number {
    return this.size === 0 ? 0 : (100 * this.failed.size) / this.size;
  }

  /** How often each kind of end was met. */
  get counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const call of this.calls) counts[labelOf(call)] = (counts[labelOf(call)] ?? 0) + 1;
    return counts;
  }

  /** How long calls took, at a quantile; 0 when there is none. */
  quantileMs(share: number): number {
    const latencies = this.calls.map(({ startedAt, endedAt }) => endedAt - startedAt);
    latencies.sort((a, b) => a - b);
    return latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  }

  /** How many calls each process answered. */
  byProcess(): Map<number, number> {
    const counts = new Map<number, number>();
    for (const { reply } of this.calls)
      if (reply !== undefined) counts.set(reply.pid, (counts.get(reply.pid) ?? 0) + 1);
    return counts;
  }

  /** In percent, of those that were answered. */
  percentOf(pid: number): number {
    const counts = this.byProcess();
    const sum = [...counts.values()].reduce((total, each) => total + each, 0);
    return sum === 0 ? 0 : (100 * (counts.get(pid) ?? 0)) / sum;
  }

  /** No rule was broken, whatever happened to the servers. */
  expectSound(executions: Executions, keysHold = false): void {
    const problems = checkHistory(this.calls, executions, keysHold);
    expect(problems.slice(0, 20), `${problems.length} rules were broken`).toEqual([]);
  }
}
