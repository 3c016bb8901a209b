import { describe, expect, it } from 'vitest';
import { randomInteger, seededRandom } from '../../../lib/common/random.js';
import { LatencyPercentile } from '../../../lib/resilience/latency-percentile.js';

function of(percentile: number, durations: readonly number[]): number | undefined {
  const measured = new LatencyPercentile(percentile);
  for (const each of durations) measured.record(each);
  return measured.valueMs;
}

describe('a percentile of latencies', () => {
  it('is not known from a few', () => {
    expect(of(0.95, Array(19).fill(5))).toBeUndefined();
    expect(of(0.95, Array(20).fill(5))).toBeGreaterThanOrEqual(5);
  });

  it.each([0.5, 0.9, 0.95, 0.99])('is at most 9 %% above the exact one: %d', (percentile) => {
    const random = seededRandom(3);
    const durations = Array.from({ length: 2_000 }, () => 0.2 * 10 ** (random() * 4));
    const exact = durations.toSorted((a, b) => a - b)[Math.ceil(2_000 * percentile) - 1]!;
    const value = of(percentile, durations)!;
    expect(value / exact).toBeGreaterThanOrEqual(1);
    expect(value / exact).toBeLessThan(1.0906);
  });

  it('takes the shortest and the longest for what it can tell apart', () => {
    expect(of(0.5, [...Array(30).fill(0), ...Array(30).fill(-1), ...Array(30).fill(NaN)])).toBe(
      0.125,
    );
    expect(of(0.5, Array(30).fill(1e9))).toBe(65_536);
  });

  it('follows a service that has become slower, or faster', () => {
    const measured = new LatencyPercentile(0.95);
    const after = (durationMs: number, count: number): number => {
      for (let each = 0; each < count; each++)
        measured.record(durationMs + randomInteger(() => 0.5, 2));
      return measured.valueMs!;
    };
    expect(after(5, 10_000)).toBeLessThan(8);
    expect(after(80, 10_000)).toBeGreaterThan(80);
    expect(after(5, 30_000)).toBeLessThan(8);
  });
});
