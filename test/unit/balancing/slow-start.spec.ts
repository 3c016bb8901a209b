import { describe, expect, it } from 'vitest';
import { SlowStart } from '../../../lib/balancing/slow-start.js';
import { ManualClock } from '../../support/manual-clock.js';

function started(windowMs: number, hasWarmOther: boolean) {
  const clock = new ManualClock();
  const slowStart = new SlowStart(clock, windowMs, () => hasWarmOther);
  slowStart.begin();
  return { clock, slowStart };
}

describe('a slow start', () => {
  it('grows from a tenth to the whole, in proportion to the time', () => {
    const { clock, slowStart } = started(10_000, true);
    const seen = [0, 900, 2_100, 4_500, 2_500, 5_000].map((ms) => {
      clock.advance(ms);
      return slowStart.ratio;
    });
    expect(seen).toEqual([0.1, 0.1, 0.3, 0.75, 1, 1]);
    expect(slowStart.isWarm).toBe(true);
  });

  it('is none where nobody else is warm', () => {
    const { clock, slowStart } = started(10_000, false);
    expect([slowStart.ratio, slowStart.isWarm]).toEqual([1, false]);
    clock.advance(10_000);
    expect(slowStart.isWarm).toBe(true);
  });

  it('is none where it is switched off', () => {
    const { slowStart } = started(0, true);
    expect([slowStart.ratio, slowStart.isWarm]).toEqual([1, true]);
  });

  it('does not begin again while it takes calls', () => {
    const { clock, slowStart } = started(10_000, true);
    clock.advance(5_000);
    slowStart.begin();
    expect(slowStart.ratio).toBe(0.5);
  });

  it('begins again when it was gone, or is restarted', () => {
    const { clock, slowStart } = started(10_000, true);
    clock.advance(20_000);
    slowStart.end();
    expect([slowStart.ratio, slowStart.isWarm]).toEqual([1, false]);
    slowStart.begin();
    expect(slowStart.ratio).toBe(0.1);
    clock.advance(20_000);
    slowStart.restart();
    expect([slowStart.ratio, slowStart.isWarm]).toEqual([0.1, false]);
  });
});
