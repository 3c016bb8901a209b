import { beforeEach, describe, expect, it } from 'vitest';
import type { Timer } from '../../../lib/common/clock.js';
import { MAX_TIMER_DELAY_MS } from '../../../lib/common/clock.js';
import type { DeadlineEntry } from '../../../lib/resilience/deadline-wheel.js';
import { DeadlineWheel, NOT_WAITING } from '../../../lib/resilience/deadline-wheel.js';
import { ManualClock } from '../../support/manual-clock.js';

class Call implements DeadlineEntry {
  deadlineTick = 0;
  deadlineSlot = NOT_WAITING;
  nextDeadline: DeadlineEntry | undefined = undefined;
  previousDeadline: DeadlineEntry | undefined = undefined;

  constructor(readonly onDeadline: () => void = () => {}) {}
}

/** Remembers which timers were to keep the process alive. */
class WatchedClock extends ManualClock {
  readonly keptAlive: boolean[] = [];

  override schedule(delayMs: number, callback: () => void, keepsAlive = false): Timer {
    this.keptAlive.push(keepsAlive);
    return super.schedule(delayMs, callback, keepsAlive);
  }
}

describe('DeadlineWheel', () => {
  let clock: WatchedClock;
  let wheel: DeadlineWheel;
  let fired: string[];

  const callNamed = (name: string): Call => new Call(() => fired.push(name));
  const add = (name: string, afterMs: number): Call => {
    const call = callNamed(name);
    wheel.add(call, clock.now() + afterMs);
    return call;
  };

  beforeEach(() => {
    clock = new WatchedClock();
    wheel = new DeadlineWheel(clock, { tickMs: 10, slots: 64 });
    fired = [];
  });

  it('fires a deadline within one tick after it passed, never before', () => {
    add('call', 33);
    clock.advance(32);
    expect(fired).toEqual([]);
    clock.advance(11);
    expect(fired).toEqual(['call']);
    expect(wheel.size).toBe(0);
  });

  it('never fires early when the clock stands between two ticks', () => {
    clock.advance(7);
    add('call', 5);
    clock.advance(4);
    expect(fired).toEqual([]);
    clock.advance(9);
    expect(fired).toEqual(['call']);
  });

  it('fires what falls due together in the order of the deadlines, then of adding', () => {
    add('c', 40);
    add('a', 20);
    add('b', 20);
    clock.block(100);
    clock.advance(0);
    expect(fired).toEqual(['a', 'b', 'c']);
  });

  it('does not fire a removed entry, and says whether it was waiting', () => {
    const call = add('call', 20);
    expect(wheel.remove(call)).toBe(true);
    expect(wheel.remove(call)).toBe(false);
    clock.advance(1_000);
    expect(fired).toEqual([]);
  });

  it('moves an entry that waits already', () => {
    const call = add('call', 20);
    wheel.add(call, clock.now() + 500);
    expect(wheel.size).toBe(1);
    clock.advance(499);
    expect(fired).toEqual([]);
    clock.advance(11);
    expect(fired).toEqual(['call']);
  });

  it('fires a deadline that has passed already with the next tick, not inside add()', () => {
    clock.advance(1_000);
    add('late', -500);
    expect(fired).toEqual([]);
    clock.advance(10);
    expect(fired).toEqual(['late']);
  });

  it('keeps deadlines of later revolutions waiting', () => {
    add('near', 100);
    add('far', 100 + 3 * 640);
    clock.advance(110);
    expect(fired).toEqual(['near']);
    clock.advance(3 * 640 - 20);
    expect(fired).toEqual(['near']);
    clock.advance(20);
    expect(fired).toEqual(['near', 'far']);
  });

  it('holds deadlines as far away as timers reach', () => {
    const call = add('far', MAX_TIMER_DELAY_MS);
    clock.block(MAX_TIMER_DELAY_MS - 1);
    clock.advance(0);
    expect(fired).toEqual([]);
    expect(call.deadlineSlot).not.toBe(NOT_WAITING);
    clock.advance(11);
    expect(fired).toEqual(['far']);
  });

  it('after a blocked loop fires all that is overdue in one go, and nothing else', () => {
    for (let each = 0; each < 100; each++) add(`overdue ${each}`, each * 50);
    add('future', 60_500);
    clock.block(60_000);
    add('added after the block', 20);
    clock.advance(0);
    expect(fired).toHaveLength(100);
    clock.advance(19);
    expect(fired).toHaveLength(100);
    clock.advance(11);
    expect(fired.slice(100)).toEqual(['added after the block']);
    clock.advance(490);
    expect(fired.slice(101)).toEqual(['future']);
  });

  it('lets a callback remove what is due with it', () => {
    const second = callNamed('second');
    wheel.add(new Call(() => wheel.remove(second)), clock.now() + 10);
    wheel.add(second, clock.now() + 10);
    clock.advance(100);
    expect(fired).toEqual([]);
    expect(wheel.size).toBe(0);
  });

  it('lets a callback add, even itself with a deadline that has passed, without spinning', () => {
    let times = 0;
    const again: Call = new Call(() => {
      times++;
      wheel.add(again, clock.now() - 1);
    });
    wheel.add(again, clock.now());
    clock.advance(100);
    expect(times).toBe(10);
  });

  it('goes on after a callback that throws', () => {
    wheel.add(
      new Call(() => {
        throw new Error('a defect');
      }),
      clock.now() + 10,
    );
    add('next', 10);
    add('later', 50);
    expect(() => clock.advance(10)).toThrow('a defect');
    clock.advance(60);
    expect(fired).toEqual(['next', 'later']);
  });

  it('has a timer only while entries wait, and for a quarter of a second after', () => {
    expect(clock.timerCount).toBe(0);
    const call = add('call', 30_000);
    expect(clock.timerCount).toBe(1);
    wheel.remove(call);
    clock.advance(250);
    expect(clock.timerCount).toBe(0);
  });

  it('never has more than one timer, whatever the order of deadlines', () => {
    for (const afterMs of [500, 100, 300, 20, 10, 400]) add(String(afterMs), afterMs);
    expect(clock.timerCount).toBe(1);
    clock.advance(1_000);
    expect(fired).toEqual(['10', '20', '100', '300', '400', '500']);
    expect(clock.timerCount).toBe(0);
  });

  it('does not touch its timer for calls that come and go', () => {
    add('long', 30_000);
    for (let each = 0; each < 100; each++) wheel.remove(add('short', 20_000));
    expect(clock.keptAlive).toHaveLength(1);
  });

  it('wakes a few times a second while everything is far away', () => {
    wheel = new DeadlineWheel(clock);
    add('far', 600_000);
    clock.advance(10_000);
    expect(clock.keptAlive.length).toBeLessThanOrEqual(41);
  });

  it('keeps the process alive only if told so', () => {
    add('call', 10);
    wheel = new DeadlineWheel(clock, { keepsAlive: true });
    add('call', 10);
    expect(clock.keptAlive).toEqual([false, true]);
  });

  it('clear() forgets everything, stops the timer, and leaves the wheel usable', () => {
    const call = add('forgotten', 20);
    wheel.clear();
    expect(clock.timerCount).toBe(0);
    expect(wheel.remove(call)).toBe(false);
    clock.advance(1_000);
    add('next', 20);
    clock.advance(30);
    expect(fired).toEqual(['next']);
  });

  it('can be cleared by a callback', () => {
    wheel.add(new Call(() => wheel.clear()), clock.now() + 10);
    add('other', 10);
    clock.advance(10);
    expect(fired).toEqual([]);
    expect(clock.timerCount).toBe(0);
    add('next', 10);
    clock.advance(20);
    expect(fired).toEqual(['next']);
  });
});
