import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../lib/common/random.js';
import { firstReconnectDelay } from '../../../lib/resilience/reconnect-spread.js';

const almostOne = (): number => 1 - Number.EPSILON;

/** The most arrivals in any window of the given width. */
function mostWithin(windowMs: number, arrivals: readonly number[]): number {
  const sorted = arrivals.toSorted((a, b) => a - b);
  let from = 0;
  let most = 0;
  sorted.forEach((arrival, to) => {
    while (arrival - sorted[from]! > windowMs) from++;
    most = Math.max(most, to - from + 1);
  });
  return most;
}

describe('firstReconnectDelay', () => {
  it('may be nothing, and stays within the window', () => {
    expect(firstReconnectDelay(() => 0, 1)).toBe(0);
    expect(firstReconnectDelay(almostOne, 1)).toBeCloseTo(2_000);
  });

  it('takes a window that grows with the lost connections, up to a limit', () => {
    expect(firstReconnectDelay(almostOne, 4)).toBeCloseTo(8_000);
    expect(firstReconnectDelay(almostOne, 1_000)).toBeCloseTo(16_000);
    expect(firstReconnectDelay(almostOne, 0)).toBeCloseTo(2_000);
  });

  it('takes another window', () => {
    const spread = { windowMs: 100, maxWindowMs: 300 };
    expect(firstReconnectDelay(almostOne, 2, spread)).toBeCloseTo(200);
    expect(firstReconnectDelay(almostOne, 9, spread)).toBeCloseTo(300);
    expect(firstReconnectDelay(almostOne, 9, { windowMs: 0 })).toBe(0);
  });

  it.each([1, 2, 3, 4, 5])(
    'brings back at most a tenth of 500 clients in any 100 ms (seed %i)',
    (seed) => {
      const random = seededRandom(seed);
      const arrivals = Array.from({ length: 500 }, () => firstReconnectDelay(random, 1));
      expect(mostWithin(100, arrivals)).toBeLessThanOrEqual(50);
    },
  );
});
