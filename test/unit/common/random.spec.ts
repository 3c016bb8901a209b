import { describe, expect, it } from 'vitest';
import { randomInteger, seededRandom, systemRandom } from '../../../lib/common/random.js';

const draws = (seed: number, count: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random());
};

describe('seededRandom', () => {
  it('repeats itself for one seed and differs for another', () => {
    expect(draws(1, 100)).toEqual(draws(1, 100));
    expect(draws(1, 100)).not.toEqual(draws(2, 100));
  });

  it.each([0, 1, -1, 2 ** 31, 123_456_789])('is uniform in [0, 1) for seed %i', (seed) => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (const draw of draws(seed, 10_000)) counts[Math.floor(draw * 10)]!++;
    expect(counts).toHaveLength(10);
    for (const count of counts) {
      expect(count).toBeGreaterThan(850);
      expect(count).toBeLessThan(1_150);
    }
  });
});

describe('randomInteger', () => {
  it('is a whole number from zero to below the bound', () => {
    const random = seededRandom(5);
    const drawn = new Set(Array.from({ length: 1_000 }, () => randomInteger(random, 6)));
    expect(drawn).toEqual(new Set([0, 1, 2, 3, 4, 5]));
    expect(randomInteger(() => 1 - Number.EPSILON, 6)).toBe(5);
  });
});

describe('systemRandom', () => {
  it('is in [0, 1) and not constant', () => {
    const drawn = Array.from({ length: 100 }, () => systemRandom());
    expect(drawn.every((each) => each >= 0 && each < 1)).toBe(true);
    expect(new Set(drawn).size).toBeGreaterThan(90);
  });
});
