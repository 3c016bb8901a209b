import { beforeEach, describe, expect, it } from 'vitest';
import { LoopLag } from '../../../lib/metrics/loop-lag.js';
import { ManualClock } from '../../support/manual-clock.js';

describe('LoopLag', () => {
  let clock: ManualClock;
  let lag: LoopLag;

  /** The loop stands still, then runs what is due. */
  const stall = (ms: number): void => {
    clock.block(ms);
    clock.advance(0);
  };

  beforeEach(() => {
    clock = new ManualClock();
    lag = new LoopLag(clock);
    lag.start();
  });

  it('is nothing while the loop is free', () => {
    clock.advance(10_000);
    expect(lag.currentMs).toBe(0);
    expect(lag.takeMaxMs()).toBe(0);
    expect(lag.stalledSince(0)).toBe(0);
  });

  it('is what the last measurement was late by, and passes with the next', () => {
    clock.advance(100);
    stall(550);
    expect(lag.currentMs).toBe(500);
    clock.advance(50);
    expect(lag.currentMs).toBe(0);
  });

  it('is known before the late measurement has run', () => {
    clock.block(350);
    expect(lag.currentMs).toBe(300);
    expect(lag.stalledSince(clock.now() - 1_000)).toBe(300);
  });

  it('keeps the greatest until it is taken', () => {
    stall(250);
    stall(1_050);
    clock.advance(10_000);
    expect(lag.takeMaxMs()).toBe(1_000);
    expect(lag.takeMaxMs()).toBe(0);
  });

  it('says for how long the loop stood still since a moment', () => {
    const before = clock.now();
    stall(1_050);
    clock.advance(5_000);
    const between = clock.now();
    clock.advance(1_000);
    stall(550);
    clock.advance(1_000);
    expect(lag.stalledSince(before)).toBe(1_500);
    expect(lag.stalledSince(between)).toBe(500);
    expect(lag.stalledSince(clock.now())).toBe(0);
  });

  it('never reports more stall than time has passed', () => {
    stall(5_050);
    clock.advance(100);
    expect(lag.stalledSince(clock.now() - 200)).toBe(200);
  });

  it('does not take the inexactness of timers for a stall', () => {
    for (let each = 0; each < 100; each++) stall(55);
    expect(lag.currentMs).toBe(5);
    expect(lag.stalledSince(0)).toBe(0);
  });

  it('has one timer, and none once stopped', () => {
    lag.start();
    expect(clock.timerCount).toBe(1);
    lag.stop();
    lag.stop();
    expect(clock.timerCount).toBe(0);
    clock.block(60_000);
    expect(lag.currentMs).toBe(0);
    expect(lag.stalledSince(0)).toBe(0);
  });
});
