import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../lib/common/random.js';
import { connectionLifetimeMs } from '../../../lib/pool/connection-lifetime.js';

describe('the lifetime of a connection', () => {
  it.each([
    [0, 900],
    [0.5, 1_000],
    [1, 1_100],
  ])('with chance %s is %i of 1000 ms', (chance, ms) => {
    const settings = { lifetimeMs: 1_000, lifetimeJitterRatio: 0.1 };
    expect(connectionLifetimeMs(() => chance, settings)).toBeCloseTo(ms);
  });

  it('spreads those that were opened together', () => {
    const random = seededRandom(1);
    const settings = { lifetimeMs: 1_800_000, lifetimeJitterRatio: 0.1 };
    const ends = Array.from({ length: 1_000 }, () => connectionLifetimeMs(random, settings));
    const inAnyMinute = ends.filter((ms) => ms >= 1_800_000 && ms < 1_860_000).length;
    expect(inAnyMinute).toBeLessThan(250);
  });
});
