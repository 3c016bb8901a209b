import { describe, expect, it } from 'vitest';
import { TurnBudget } from '../../../lib/server/turn-budget.js';
import { ManualClock } from '../../support/manual-clock.js';

/** Streams that spend whenever they may; how much each has spent. */
function spenders(budget: TurnBudget, count: number): number[] {
  const spent = Array.from({ length: count }, () => 0);
  const spendOn = async (index: number): Promise<void> => {
    while (spent[index]! < 1_000_000) {
      await budget.spend();
      spent[index]!++;
    }
  };
  for (const index of spent.keys()) void spendOn(index);
  return spent;
}

const sum = (spent: readonly number[]): number => spent.reduce((total, each) => total + each, 0);

describe('the budget of a turn', () => {
  it('is spent by one as by many, and no further before the next turn', async () => {
    for (const count of [1, 10, 2_000]) {
      const clock = new ManualClock();
      const spent = spenders(new TurnBudget(clock), count);
      for (let microtask = 0; microtask < 10_000; microtask++) await Promise.resolve();
      expect(sum(spent)).toBe(512);
    }
  });

  it('is renewed with each turn, and gives everybody its share', async () => {
    const clock = new ManualClock();
    const spent = spenders(new TurnBudget(clock), 100);
    for (let turn = 0; turn < 50; turn++) await clock.settle();
    expect(Math.min(...spent)).toBeGreaterThan(0);
    expect(Math.max(...spent)).toBeLessThan(3 * Math.min(...spent));
  });

  it('waits for no turn while nothing is streamed', async () => {
    const clock = new ManualClock();
    const budget = new TurnBudget(clock);
    await budget.spend();
    await clock.settle();
    expect(clock.turnCount).toBe(0);
  });
});
