import { describe, expect, it } from 'vitest';
import { TurnPace } from '../../../lib/resilience/turn-pace.js';
import { ManualClock } from '../../support/manual-clock.js';

const TARGET_MS = 10;

/** Turns in which as much is started as may be, each piece costing so much. @returns how long the turns took */
function run(clock: ManualClock, pace: TurnPace, costMs: number, turns: number): number[] {
  return Array.from({ length: turns }, () => {
    let started = 0;
    for (; pace.hasRoom && started < 10_000; started++) pace.started();
    clock.block(started * costMs);
    clock.endTurn();
    return started * costMs;
  });
}

function make() {
  const clock = new ManualClock();
  let turns = 0;
  const pace = new TurnPace(TARGET_MS, clock, () => turns++);
  return { clock, pace, turns: () => turns };
}

describe('the pace of turns', () => {
  it.each([0.01, 0.1, 1, 2.5, 9])('finds how much a turn can take, at %d ms each', (costMs) => {
    const { clock, pace } = make();
    run(clock, pace, costMs, 20);
    for (const tookMs of run(clock, pace, costMs, 20)) {
      expect(tookMs).toBeLessThanOrEqual(TARGET_MS * 2);
      expect(tookMs).toBeGreaterThan(TARGET_MS / 4);
    }
  });

  it('starts one at least, however long it takes', () => {
    const { clock, pace } = make();
    expect(run(clock, pace, 500, 10).at(-1)).toBe(500);
  });

  it('recovers from a stall within a few turns', () => {
    const { clock, pace } = make();
    run(clock, pace, 0.1, 20);
    run(clock, pace, 100, 1);
    expect(pace.startsPerTurn).toBe(1);
    expect(run(clock, pace, 0.1, 10).at(-1)).toBeGreaterThan(TARGET_MS / 2);
  });

  it('needs the clock only while something is started', () => {
    const { clock, pace, turns } = make();
    expect(clock.turnCount).toBe(0);
    pace.started();
    pace.started();
    expect(clock.turnCount).toBe(1);
    clock.endTurn();
    expect([clock.turnCount, turns()]).toEqual([0, 1]);
  });

  it('does not grow by turns that were not full', () => {
    const { clock, pace } = make();
    const before = pace.startsPerTurn;
    for (let turn = 0; turn < 10; turn++) {
      pace.started();
      clock.endTurn();
    }
    expect(pace.startsPerTurn).toBe(before);
  });
});
