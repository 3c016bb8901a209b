import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../lib/common/random.js';
import { Backoff } from '../../../lib/resilience/backoff.js';

const SECOND = 1_000;

const waits = (backoff: Backoff, failures: number): number[] =>
  Array.from({ length: failures }, () => backoff.next());

describe('Backoff', () => {
  it('doubles from one second to sixty-four and stays there', () => {
    const seconds = waits(new Backoff(() => 0), 9).map((wait) => wait / SECOND);
    expect(seconds).toEqual([1, 2, 4, 8, 16, 32, 64, 64, 64]);
  });

  it('lengthens a wait by a random share of itself', () => {
    const seconds = waits(new Backoff(() => 0.5), 8).map((wait) => wait / SECOND);
    expect(seconds).toEqual([1.5, 3, 6, 12, 24, 48, 96, 96]);
  });

  it('draws anew for every wait, within the window', () => {
    const random = seededRandom(1);
    const first = Array.from({ length: 1_000 }, () => new Backoff(random).next());
    expect(Math.min(...first)).toBeGreaterThanOrEqual(SECOND);
    expect(Math.min(...first)).toBeLessThan(1.01 * SECOND);
    expect(Math.max(...first)).toBeLessThan(2 * SECOND);
    expect(Math.max(...first)).toBeGreaterThan(1.99 * SECOND);
  });

  it('starts again after a success', () => {
    const backoff = new Backoff(() => 0);
    waits(backoff, 5);
    backoff.reset();
    expect(backoff.next()).toBe(SECOND);
  });

  it('takes other limits, even a cap below the first wait', () => {
    expect(waits(new Backoff(() => 0, { initialMs: 100, maxMs: 250 }), 4)).toEqual([
      100, 200, 250, 250,
    ]);
    expect(waits(new Backoff(() => 0, { initialMs: 100, maxMs: 50 }), 2)).toEqual([50, 50]);
  });
});
