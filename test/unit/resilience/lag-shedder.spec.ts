import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../lib/common/random.js';
import { LagShedder } from '../../../lib/resilience/lag-shedder.js';

const TARGET_MS = 50;

/** Asks once per ms for so long, with the loop so late. @returns the share that was refused */
function run(shedder: LagShedder, time: { now: number }, lagMs: number, forMs: number): number {
  let refused = 0;
  for (let ms = 0; ms < forMs; ms++) if (shedder.refuses(time.now++, () => lagMs)) refused++;
  return refused / forMs;
}

function make() {
  return { shedder: new LagShedder(TARGET_MS, seededRandom(1)), time: { now: 1_000 } };
}

describe('a loop that keeps up', () => {
  it('has nothing refused', () => {
    const { shedder, time } = make();
    expect(run(shedder, time, TARGET_MS - 1, 10_000)).toBe(0);
  });

  it.each([200, 1_000, 10_000])('has nothing refused after one stall of %i ms', (stallMs) => {
    const { shedder, time } = make();
    run(shedder, time, 1, 1_000);
    time.now += stallMs;
    expect(run(shedder, time, stallMs, 50)).toBe(0);
    expect(run(shedder, time, 1, 1_000)).toBe(0);
  });

  it('has nothing refused for stalls that come again and again', () => {
    const { shedder, time } = make();
    for (let stall = 0; stall < 10; stall++) {
      expect(run(shedder, time, 500, 50)).toBe(0);
      expect(run(shedder, time, 1, 100)).toBe(0);
    }
  });
});

describe('a loop that does not keep up', () => {
  it('has a growing share refused, and never all', () => {
    const { shedder, time } = make();
    const shares = [0, 1, 2, 3].map(() => run(shedder, time, 200, 1_000));
    expect(shares[0]).toBeGreaterThan(0);
    expect(shares[3]).toBeGreaterThan(shares[0]!);
    run(shedder, time, 5_000, 60_000);
    expect(shedder.ratio).toBeLessThanOrEqual(0.95);
    expect(run(shedder, time, 5_000, 1_000)).toBeLessThan(1);
  });

  it('has nothing refused soon after the load has gone', () => {
    const { shedder, time } = make();
    run(shedder, time, 200, 5_000);
    run(shedder, time, 1, 3_000);
    expect(run(shedder, time, 1, 1_000)).toBe(0);
  });

  it('is not held to what it was a pause ago', () => {
    const { shedder, time } = make();
    run(shedder, time, 200, 5_000);
    time.now += 5_000;
    expect(run(shedder, time, 1, 100)).toBe(0);
  });
});

describe('the share', () => {
  it('settles where the loop is as late as it may be, at three times the capacity', () => {
    const { shedder, time } = make();
    // What waits before the loop, in ms of work; each ms brings three of them, and one is done.
    let backlogMs = 0;
    let late = 0;
    const [settleMs, watchMs] = [10_000, 20_000];
    for (let ms = 0; ms < settleMs + watchMs; ms++) {
      for (let request = 0; request < 3; request++)
        if (!shedder.refuses(time.now, () => backlogMs)) backlogMs++;
      backlogMs = Math.max(0, backlogMs - 1);
      time.now++;
      if (ms >= settleMs) late += backlogMs;
    }
    expect(late / watchMs).toBeGreaterThan(TARGET_MS / 3);
    expect(late / watchMs).toBeLessThan(TARGET_MS * 2);
    expect(shedder.ratio).toBeGreaterThan(0.4);
  });
});
