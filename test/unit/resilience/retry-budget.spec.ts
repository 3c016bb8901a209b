import { beforeEach, describe, expect, it } from 'vitest';
import { unlimitedRetries, WindowRetryBudget } from '../../../lib/resilience/retry-budget.js';
import { ManualClock } from '../../support/manual-clock.js';

describe('WindowRetryBudget', () => {
  let clock: ManualClock;
  let budget: WindowRetryBudget;

  const deposit = (calls: number): void => {
    for (let call = 0; call < calls; call++) budget.deposit();
  };
  /** How many retries are permitted now, at most `tries`. */
  const spend = (tries = 100_000): number => {
    let permitted = 0;
    while (permitted < tries && budget.withdraw()) permitted++;
    return permitted;
  };

  beforeEach(() => {
    clock = new ManualClock();
    budget = new WindowRetryBudget(clock);
  });

  it('permits ten retries a second without any calls, over ten seconds', () => {
    expect(spend()).toBe(100);
    clock.advance(5_000);
    expect(spend()).toBe(0);
    clock.advance(6_000);
    expect(spend()).toBe(100);
  });

  it('permits one more for every five calls', () => {
    spend();
    deposit(50);
    expect(spend()).toBe(10);
  });

  it('forgets calls of more than ten seconds ago', () => {
    deposit(1_000);
    expect(spend(1)).toBe(1);
    clock.advance(11_000);
    expect(spend()).toBe(100);
  });

  it('saves no more than ten seconds of a long quiet time', () => {
    for (let second = 0; second < 100; second++) {
      deposit(100);
      clock.advance(1_000);
    }
    expect(spend()).toBe(100 + 200);
  });

  it('bounds the load of a service that rejects everything', () => {
    let retries = 0;
    for (let second = 0; second < 60; second++) {
      for (let call = 0; call < 1_000; call++) {
        budget.deposit();
        if (budget.withdraw()) retries++;
      }
      clock.advance(1_000);
    }
    expect(retries / 60).toBeLessThan(200 + 20);
    expect(retries / 60).toBeGreaterThan(190);
  });

  it('takes other terms', () => {
    budget = new WindowRetryBudget(clock, { depositRatio: 1, perSecond: 0 });
    expect(spend()).toBe(0);
    deposit(3);
    expect(spend()).toBe(3);
  });
});

describe('unlimitedRetries', () => {
  it('permits every retry', () => {
    unlimitedRetries.deposit();
    expect(unlimitedRetries.withdraw()).toBe(true);
  });
});
