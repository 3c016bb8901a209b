import { describe, expect, it } from 'vitest';
import { TurnClock } from '../../../lib/common/turn-clock.js';
import { ManualClock } from '../../support/manual-clock.js';

/** A manual clock on which time passes within a turn, as while code runs. */
class RunningClock extends ManualClock {
  readings = 0;

  override now(): number {
    return super.now() + this.readings++;
  }
}

describe('TurnClock', () => {
  it('is read once per turn', () => {
    const inner = new RunningClock();
    const clock = new TurnClock(inner);
    const first = clock.now();
    expect([clock.now(), clock.now()]).toEqual([first, first]);
    inner.endTurn();
    expect(clock.now()).toBe(first + 1);
  });

  it('is read again in the same turn when that is asked for', () => {
    const inner = new RunningClock();
    const clock = new TurnClock(inner);
    const first = clock.now();
    clock.renew();
    expect([clock.now(), clock.now()]).toEqual([first + 1, first + 1]);
  });

  it('waits for the end of a turn once, however often it is renewed', () => {
    const inner = new RunningClock();
    const clock = new TurnClock(inner);
    for (let time = 0; time < 10; time++) {
      clock.renew();
      clock.now();
    }
    expect(inner.turnCount).toBe(1);
    inner.endTurn();
    expect(inner.turnCount).toBe(0);
  });
});
