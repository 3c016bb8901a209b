import { describe, expect, it } from 'vitest';
import { SHARED_CELLS, SharedCell } from '../../../../../lib/management/management.contract.js';
import {
  BeatObserver,
  silentForMs,
  stuckSince,
  unobservedNanos,
} from '../../../../../lib/management/worker/diagnostics/beat-observer.js';

const ms = (value: number) => BigInt(value) * 1_000_000n;

function observed() {
  const cells = new BigInt64Array(new SharedArrayBuffer(SHARED_CELLS * 8));
  let now = ms(5_000);
  const observer = new BeatObserver(cells, () => now);
  return {
    observer,
    beat: () => Atomics.store(cells, SharedCell.BeatAt, now),
    pass: (duration: number) => (now += ms(duration)),
    watch: (duration: number) => {
      for (let passed = 0; passed < duration; passed += 50) {
        now += ms(50);
        observer.look();
      }
    },
  };
}

describe('the verdict about the loop', () => {
  it('is stuck from the last beat on, once it was silent for longer than the threshold', () => {
    const reading = { beatAt: ms(100), unobserved: 0n };
    expect(stuckSince({ ...reading, now: ms(1_100) }, 1_000)).toBeUndefined();
    expect(stuckSince({ ...reading, now: ms(1_101) }, 1_000)).toBe(ms(100));
  });

  it('does not count time in which nobody looked', () => {
    const reading = { beatAt: ms(100), now: ms(5_000), unobserved: ms(4_500) };
    expect(silentForMs(reading)).toBe(400);
    expect(stuckSince(reading, 1_000)).toBeUndefined();
  });

  it('is none before the first beat', () => {
    expect(stuckSince({ beatAt: 0n, now: ms(5_000), unobserved: 0n }, 1_000)).toBeUndefined();
  });

  it('never has a silence below zero', () => {
    expect(silentForMs({ beatAt: ms(7), now: ms(6), unobserved: 0n })).toBe(0);
  });

  it('takes looks that are close together for observation', () => {
    expect(unobservedNanos(ms(0), ms(250))).toBe(0n);
    expect(unobservedNanos(ms(0), ms(1_250))).toBe(ms(1_000));
  });
});

describe('the observer of the beat', () => {
  it('sees a loop that beats, and one that stopped', () => {
    const { observer, beat, watch } = observed();
    expect(observer.silentMs).toBeUndefined();
    expect(observer.isBeating).toBe(false);
    beat();
    expect(observer.isBeating).toBe(true);
    watch(150);
    expect(observer.isBeating).toBe(true);
    watch(50);
    expect(observer.isBeating).toBe(false);
    watch(2_000);
    expect(observer.silentMs).toBe(2_200);
    beat();
    expect(observer.silentMs).toBe(0);
  });

  it('excuses the loop for the time in which the whole process stood still', () => {
    const { observer, beat, pass, watch } = observed();
    beat();
    watch(100);
    pass(60_000);
    expect(observer.silentMs).toBe(350);
    observer.look();
    watch(500);
    expect(observer.silentMs).toBe(850);
    beat();
    observer.look();
    watch(400);
    expect(observer.silentMs).toBe(400);
  });
});
