import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../lib/common/random.js';
import { Histogram } from '../../../lib/metrics/histogram.js';

const filled = (durations: readonly number[]): Histogram => {
  const histogram = new Histogram();
  for (const duration of durations) histogram.record(duration);
  return histogram;
};

describe('Histogram', () => {
  it('has no quantiles while it is empty', () => {
    const histogram = new Histogram();
    expect([histogram.quantile(0), histogram.quantile(0.5), histogram.quantile(1)]).toEqual([
      0, 0, 0,
    ]);
    expect(histogram.snapshot()).toEqual({ count: 0, sumMs: 0, maxMs: 0, buckets: [] });
  });

  it('knows quantiles to about three percent', () => {
    const random = seededRandom(1);
    const durations = Array.from({ length: 10_000 }, () => 0.05 + random() ** 4 * 2_000);
    const histogram = filled(durations);
    const sorted = durations.toSorted((a, b) => a - b);
    for (const ratio of [0.01, 0.5, 0.9, 0.99, 0.999, 1]) {
      const exact = sorted[Math.ceil(ratio * sorted.length) - 1]!;
      expect(histogram.quantile(ratio) / exact).toBeGreaterThanOrEqual(1);
      expect(histogram.quantile(ratio) / exact).toBeLessThan(1.04);
    }
  });

  it('bounds every duration from above, by a thirty-second of it and a microsecond at most', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 4_294_967, noNaN: true }), (duration) => {
        const [bucket] = filled([duration]).snapshot().buckets;
        expect(bucket!.upToMs).toBeGreaterThanOrEqual(duration - 1e-9);
        expect(bucket!.upToMs).toBeLessThanOrEqual(duration * (1 + 1 / 32) + 0.001 + 1e-9);
      }),
    );
  });

  it('takes what is too long for the longest', () => {
    const histogram = filled([0, 0, 1e12]);
    const buckets = histogram.snapshot().buckets;
    expect(buckets[0]).toEqual({ upToMs: 0, count: 2 });
    expect(buckets[1]!.upToMs).toBeCloseTo(2 ** 32 / 1_000, 0);
    expect(histogram.count).toBe(3);
  });

  it('counts what is no duration as zero, and keeps it out of the sum', () => {
    const histogram = filled([Number.NaN, -7, 2]);
    expect(histogram.snapshot()).toMatchObject({ count: 3, sumMs: 2, maxMs: 2 });
    expect(histogram.quantile(0.5)).toBe(0);
  });

  it('gives a snapshot that is plain, frozen, ascending and adds up', () => {
    const snapshot = filled([3, 1, 1, 250]).snapshot();
    expect(structuredClone(snapshot)).toEqual(snapshot);
    expect(snapshot).toMatchObject({ count: 4, sumMs: 255, maxMs: 250 });
    expect(snapshot.buckets.map(({ count }) => count)).toEqual([2, 1, 1]);
    expect(snapshot.buckets.map(({ upToMs }) => Math.round(upToMs))).toEqual([1, 3, 254]);
    expect(Object.isFrozen(snapshot) && Object.isFrozen(snapshot.buckets)).toBe(true);
  });
});
