import { describe, expect, it } from 'vitest';
import { CounterTotals } from '../../../../../lib/management/worker/metrics/counter-totals.js';

/** What one source counted, carried on. */
function carry(
  totals: CounterTotals,
  source: string,
  counts: Readonly<Record<string, number | readonly number[]>>,
): Record<string, readonly number[]> {
  const lists = Object.entries(counts).map(([series, value]): [string, readonly number[]] => [
    series,
    typeof value === 'number' ? [value] : value,
  ]);
  return Object.fromEntries(totals.carry(source, new Map(lists)));
}

describe('CounterTotals', () => {
  it('shows what is counted as long as nothing falls', () => {
    const totals = new CounterTotals();
    carry(totals, 'a', { calls: 3, errors: 0 });
    expect(carry(totals, 'a', { calls: 5, errors: 0 })).toEqual({ calls: [5], errors: [0] });
  });

  it('keeps everything of a source of which one count has fallen', () => {
    const totals = new CounterTotals();
    carry(totals, 'a', { calls: 10, errors: 1 });
    expect(carry(totals, 'a', { calls: 2, errors: 4 })).toEqual({ calls: [12], errors: [5] });
    expect(carry(totals, 'a', { calls: 3, errors: 4 })).toEqual({ calls: [13], errors: [5] });
  });

  it('does so each time', () => {
    const totals = new CounterTotals();
    for (const calls of [7, 5, 3]) carry(totals, 'a', { calls });
    expect(carry(totals, 'a', { calls: 4 })).toEqual({ calls: [16] });
  });

  it('carries the counts of a histogram on one by one', () => {
    const totals = new CounterTotals();
    carry(totals, 'a', { durations: [3, 4, 17.5] });
    expect(carry(totals, 'a', { durations: [5, 0, 1.5] })).toEqual({ durations: [8, 4, 19] });
  });

  it('keeps sources apart', () => {
    const totals = new CounterTotals();
    carry(totals, 'a', { calls: 10 });
    carry(totals, 'b', { calls: 20 });
    expect(carry(totals, 'a', { calls: 1 })).toEqual({ calls: [11] });
    expect(carry(totals, 'b', { calls: 21 })).toEqual({ calls: [21] });
  });

  it('takes in series that appear, and those that come back', () => {
    const totals = new CounterTotals();
    carry(totals, 'a', { x: 5, y: 6 });
    carry(totals, 'a', { x: 1 });
    expect(carry(totals, 'a', { x: 2, y: 1, z: 9 })).toEqual({ x: [7], y: [7], z: [9] });
  });

  it('never falls, whatever comes and goes', () => {
    const totals = new CounterTotals();
    let shown = 0;
    for (const calls of [0, 9, 9, 4, 0, 0, 12, 1, 30, 2]) {
      const [next] = carry(totals, 'a', { calls }).calls!;
      expect(next).toBeGreaterThanOrEqual(shown);
      shown = next!;
    }
    expect(shown).toBe(9 + 4 + 12 + 30 + 2);
  });

  it('forgets the source that was not seen for the longest time, when there are too many', () => {
    const totals = new CounterTotals();
    carry(totals, 'old', { calls: 5 });
    carry(totals, 'seen', { calls: 5 });
    for (let n = 0; n < 998; n++) carry(totals, `s${n}`, { calls: 1 });
    carry(totals, 'seen', { calls: 6 });
    carry(totals, 'one too many', { calls: 1 });
    expect(carry(totals, 'old', { calls: 1 })).toEqual({ calls: [1] });
    expect(carry(totals, 'seen', { calls: 1 })).toEqual({ calls: [7] });
  });
});
