import { describe, expect, it } from 'vitest';
import { DedupWindow } from '../../../lib/server/dedup-window.js';
import { ManualClock } from '../../support/manual-clock.js';

const LIMITS = { windowMs: 1_000, maxEntries: 3, maxBytes: 100 };

function open(limits: Partial<typeof LIMITS> = {}) {
  const clock = new ManualClock();
  const window = new DedupWindow<string>(clock, { ...LIMITS, ...limits });
  const kept = (...keys: string[]): string[] => keys.filter((key) => window.get(key) !== undefined);
  return { clock, window, kept };
}

describe('a dedup window', () => {
  it('keeps a result for its time, then lets go of it by itself', () => {
    const { clock, window } = open();
    window.keep('a', 'first', 10);
    clock.advance(999);
    expect([window.get('a'), window.size, window.bytes]).toEqual(['first', 1, 10]);
    clock.advance(1);
    expect([window.get('a'), window.size, window.bytes]).toEqual([undefined, 0, 0]);
    expect(clock.timerCount).toBe(0);
  });

  it('counts the time of each from when it was kept, with one timer for all', () => {
    const { clock, window, kept } = open();
    window.keep('a', 'a', 1);
    clock.advance(600);
    window.keep('b', 'b', 1);
    expect(clock.timerCount).toBe(1);
    clock.advance(400);
    expect(kept('a', 'b')).toEqual(['b']);
    clock.advance(600);
    expect([kept('b'), clock.timerCount]).toEqual([[], 0]);
  });

  it('lets the oldest go when there are too many', () => {
    const { window, kept } = open();
    for (const key of ['a', 'b', 'c', 'd']) window.keep(key, key, 1);
    expect(kept('a', 'b', 'c', 'd')).toEqual(['b', 'c', 'd']);
    expect([window.size, window.bytes, window.evicted]).toEqual([3, 3, 1]);
  });

  it('lets as many of the oldest go as the bytes of a new one need', () => {
    const { window, kept } = open();
    window.keep('a', 'a', 40);
    window.keep('b', 'b', 40);
    window.keep('c', 'c', 70);
    expect([kept('a', 'b', 'c'), window.bytes, window.evicted]).toEqual([['c'], 70, 2]);
  });

  it('does not keep what is larger than itself', () => {
    const { window, kept } = open();
    window.keep('a', 'a', 40);
    window.keep('b', 'b', 101);
    expect([kept('a', 'b'), window.bytes, window.evicted]).toEqual([['a'], 40, 1]);
  });

  it('replaces the result of a key', () => {
    const { window } = open();
    window.keep('a', 'old', 40);
    window.keep('a', 'new', 10);
    expect([window.get('a'), window.bytes, window.evicted]).toEqual(['new', 10, 0]);
  });

  it('is empty when it was cleared', () => {
    const { clock, window } = open();
    window.keep('a', 'a', 1);
    window.clear();
    expect([window.get('a'), window.bytes, clock.timerCount]).toEqual([undefined, 0, 0]);
  });
});
