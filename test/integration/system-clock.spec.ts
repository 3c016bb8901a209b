import { describe, expect, it } from 'vitest';
import { MAX_TIMER_DELAY_MS, systemClock } from '../../lib/common/clock.js';

const fires = (delayMs: number): Promise<number> => {
  const startedAt = systemClock.now();
  return new Promise((resolve) => {
    systemClock.schedule(delayMs, () => resolve(systemClock.now() - startedAt), true);
  });
};

/** Timers that keep this process alive. */
const keptAlive = (): number =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;

describe('the system clock', () => {
  it('goes forward, in fractions of a millisecond', async () => {
    const before = systemClock.now();
    await fires(5);
    expect(systemClock.now()).toBeGreaterThan(before);
  });

  it('tells the time of day', () => {
    expect(Math.abs(systemClock.wallNow() - Date.now())).toBeLessThan(1_000);
  });

  it('runs a callback after its delay, but for the millisecond that timers are coarse by', async () => {
    for (const delayMs of [0, 10.9, 20]) expect(await fires(delayMs)).toBeGreaterThan(delayMs - 1);
  });

  it('takes a delay below zero for zero', async () => {
    expect(await fires(-1_000)).toBeLessThan(1_000);
  });

  it('does not run what was cancelled', async () => {
    let runs = 0;
    const timer = systemClock.schedule(1, () => runs++, true);
    const turn = systemClock.afterTurn(() => runs++);
    timer.cancel();
    timer.cancel();
    turn.cancel();
    await fires(10);
    expect(runs).toBe(0);
  });

  it('caps delays that would otherwise fire at once', async () => {
    let runs = 0;
    const timers = [MAX_TIMER_DELAY_MS + 1, Infinity].map((delayMs) =>
      systemClock.schedule(delayMs, () => runs++),
    );
    await fires(10);
    for (const timer of timers) timer.cancel();
    expect(runs).toBe(0);
  });

  it('keeps the process alive only for a timer that says so', () => {
    const before = keptAlive();
    const idle = systemClock.schedule(60_000, () => {});
    expect(keptAlive()).toBe(before);
    const awaited = systemClock.schedule(60_000, () => {}, true);
    expect(keptAlive()).toBe(before + 1);
    idle.cancel();
    awaited.cancel();
    expect(keptAlive()).toBe(before);
  });

  it('ends a turn after what runs in it, before any timer', async () => {
    const order: string[] = [];
    const turnEnd = new Promise<void>((resolve) => {
      systemClock.afterTurn(() => {
        order.push('turn');
        resolve();
      });
    });
    order.push('now');
    await Promise.resolve();
    order.push('promise');
    await turnEnd;
    expect(order).toEqual(['now', 'promise', 'turn']);
  });
});
