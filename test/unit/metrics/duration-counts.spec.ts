import { describe, expect, it } from 'vitest';
import { DURATION_BUCKETS_MS, DurationCounts } from '../../../lib/metrics/duration-counts.js';

/** The bounds of the buckets that are not empty, with what they hold. */
function filled(durations: DurationCounts): [number | undefined, number][] {
  return durations
    .snapshot()
    .counts.map((count, bucket): [number | undefined, number] => [
      DURATION_BUCKETS_MS[bucket],
      count,
    ])
    .filter(([, count]) => count > 0);
}

describe('DurationCounts', () => {
  it('counts a duration in the first bucket whose bound it does not exceed', () => {
    const durations = new DurationCounts();
    for (const durationMs of [0, 0.5, 0.51, 1, 7, 30_000]) durations.record(durationMs);
    expect(filled(durations)).toEqual([
      [0.5, 2],
      [1, 2],
      [10, 1],
      [30_000, 1],
    ]);
  });

  it('counts what is longer than all bounds in a bucket of its own', () => {
    const durations = new DurationCounts();
    durations.record(30_000.1);
    durations.record(Number.POSITIVE_INFINITY);
    expect(filled(durations)).toEqual([[undefined, 2]]);
  });

  it('adds up', () => {
    const durations = new DurationCounts();
    for (const durationMs of [1, 2.5, 300]) durations.record(durationMs);
    expect(durations.snapshot().sumMs).toBe(303.5);
  });

  it('takes what is no duration for none', () => {
    const durations = new DurationCounts();
    durations.record(-1);
    durations.record(Number.NaN);
    expect(filled(durations)).toEqual([[0.5, 2]]);
    expect(durations.snapshot().sumMs).toBe(0);
  });

  it('gives pictures that do not change', () => {
    const durations = new DurationCounts();
    const before = durations.snapshot();
    durations.record(1);
    expect(before.counts.every((count) => count === 0)).toBe(true);
    expect(Object.isFrozen(before) && Object.isFrozen(before.counts)).toBe(true);
  });
});
