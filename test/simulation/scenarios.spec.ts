import { describe, expect, it } from 'vitest';
import type { Figures } from './figures.js';
import { maxToMean } from './figures.js';
import { SCENARIOS, simulate } from './scenarios.js';
import { countSubsets, subsetBound } from './subset-figures.js';

/** Every policy in one scenario, with three different courses of chance. */
function play(name: string): { label: string; policy: string; figures: Figures }[] {
  const scenario = SCENARIOS.find((each) => each.name === name)!;
  return Object.entries(scenario.policies).flatMap(([policy, options]) =>
    [1, 2, 3].map((seed) => {
      const figures = simulate(scenario, options, seed);
      return { label: `${policy}, seed ${seed}: ${JSON.stringify(figures)}`, policy, figures };
    }),
  );
}

describe('in the simulation', () => {
  it('endpoints that are alike stay within 1.2 of each other, with every policy', () => {
    for (const { label, figures } of play('four alike')) {
      const { shares } = figures;
      expect(Math.max(...shares) / Math.min(...shares), label).toBeLessThan(1.2);
      expect(figures.errorShare, label).toBe(0);
    }
  });

  it('a cold start of all is spread evenly, and nothing is too late', () => {
    for (const { label, policy, figures } of play('cold start of all')) {
      // Latencies differ by chance as long as they are high.
      const limit = policy === 'peak-ewma' ? 1.35 : 1.2;
      expect(maxToMean(figures.shares), label).toBeLessThan(limit);
      expect(figures.errorShare, label).toBe(0);
    }
  });

  it('one of four that is ten times slower gets less than 10 % of the calls, unless in turn', () => {
    for (const { label, policy, figures } of play('one 10 times slower')) {
      const [slow] = figures.shares;
      if (policy === 'round-robin') {
        expect(slow, label).toBeCloseTo(0.25, 3);
        continue;
      }
      expect(slow, label).toBeLessThan(0.1);
      expect(figures.errorShare, label).toBe(0);
      if (policy === 'peak-ewma') expect(slow, label).toBeLessThan(0.02);
    }
  });

  it('one that fails everything fails nothing but its own share of the calls', () => {
    for (const { label, policy, figures } of play('one fails everything')) {
      const [broken, ...others] = figures.shares;
      expect(figures.errorShare, label).toBeCloseTo(broken!, 6);
      if (policy === 'round-robin') expect(broken, label).toBeCloseTo(0.25, 3);
      // The others are used all the same.
      expect(Math.min(...others), label).toBeGreaterThan(0.1);
    }
  });

  it('a rolling deploy fails no call, and is even again in the end', () => {
    for (const { label, figures } of play('rolling deploy')) {
      expect(figures.errorShare, label).toBe(0);
      expect(maxToMean(figures.shares), label).toBeLessThan(1.3);
    }
  });
});

describe('the subsets of 1 000 clients, 20 of 200 endpoints each', () => {
  const world = { clients: 1_000, endpoints: 200, size: 20 };

  it('leave 100 clients per endpoint, within the bound, for ids that are numbers', () => {
    const { connections, mean, least, most } = countSubsets({ ...world, ids: 'numbers' });
    expect([connections, mean]).toEqual([20_000, 100]);
    expect(most - mean).toBeLessThanOrEqual(subsetBound(1_000));
    expect(mean - least).toBeLessThanOrEqual(subsetBound(1_000));
  });

  it('are as even as chance for ids that are texts', () => {
    const { least, most } = countSubsets({ ...world, ids: 'texts' });
    // Three standard deviations of a binomial distribution.
    expect(most).toBeLessThanOrEqual(130);
    expect(least).toBeGreaterThanOrEqual(70);
  });

  it('exchange less than one endpoint each when one is gone', () => {
    for (const ids of ['numbers', 'texts'] as const) {
      const { exchanged, exchangedMost } = countSubsets({ ...world, ids });
      expect(exchanged).toBeLessThan(0.7);
      expect(exchangedMost).toBeLessThanOrEqual(2);
    }
  });
});
