import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimeWindow } from '../../../lib/common/time-window.js';

describe('TimeWindow', () => {
  it('sums what was added within its span', () => {
    const window = new TimeWindow(1_000, 0);
    window.add(2, 0);
    window.add(3, 950);
    expect(window.sum(999)).toBe(5);
  });

  it('forgets what is older, within a bucket', () => {
    const window = new TimeWindow(1_000, 0);
    window.add(2, 50);
    window.add(3, 500);
    expect(window.sum(1_050)).toBe(5);
    expect(window.sum(1_101)).toBe(3);
    expect(window.sum(1_600)).toBe(0);
  });

  it('forgets everything after a pause of many spans', () => {
    const window = new TimeWindow(1_000, 0);
    for (let now = 0; now < 1_000; now += 10) window.add(1, now);
    window.add(7, 1_000_000);
    expect(window.sum(1_000_000)).toBe(7);
  });

  it('sums what was added since a moment, too much by less than a bucket', () => {
    const window = new TimeWindow(1_000, 0);
    window.add(1, 110);
    window.add(2, 190);
    window.add(4, 450);
    expect(window.sumSince(0, 500)).toBe(7);
    expect(window.sumSince(200, 500)).toBe(4);
    expect(window.sumSince(150, 500)).toBe(7);
    expect(window.sumSince(-9_000, 500)).toBe(7);
    expect(window.sumSince(600, 500)).toBe(0);
  });

  it('says what time it covers: all of it first, then the span and a part of a bucket', () => {
    const window = new TimeWindow(1_000, 5_000);
    expect(window.coveredMs(5_000)).toBe(0);
    expect(window.coveredMs(5_730)).toBe(730);
    expect(window.coveredMs(6_099)).toBe(1_099);
    expect(window.coveredMs(6_100)).toBe(1_000);
    expect(window.coveredMs(16_150)).toBe(1_050);
  });

  it('agrees with a list of times and amounts', () => {
    const step = fc.record({ passes: fc.nat({ max: 400 }), amount: fc.nat({ max: 9 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const window = new TimeWindow(1_000, 0, 5);
        const added: { at: number; amount: number }[] = [];
        let now = 0;
        for (const { passes, amount } of steps) {
          now += passes;
          window.add(amount, now);
          added.push({ at: now, amount });
          const from = now - window.coveredMs(now);
          const expected = added
            .filter(({ at }) => at >= from)
            .reduce((sum, each) => sum + each.amount, 0);
          expect(window.sum(now)).toBe(expected);
          expect(now - from).toBeGreaterThanOrEqual(Math.min(now, 1_000));
        }
      }),
    );
  });
});
