import { describe, expect, it } from 'vitest';
import { MessageGuard } from '../../../lib/connection/message-guard.js';
import { ManualClock } from '../../support/manual-clock.js';

const LIMIT_MS = 1_000;

class Bench {
  readonly clock = new ManualClock();
  lates = 0;
  isHeldUp = false;
  readonly guard = new MessageGuard(LIMIT_MS, this.clock, {
    isHeldUp: () => this.isHeldUp,
    onLate: () => this.lates++,
  });

  /** Messages are completed, and another begins, every `intervalMs`. */
  flow(count: number, intervalMs: number): void {
    for (let index = 0; index < count; index++) {
      this.guard.completed();
      this.guard.readTo(true);
      this.clock.advance(intervalMs);
    }
  }
}

describe('a message that has begun', () => {
  it('has its full time', () => {
    const bench = new Bench();
    bench.guard.readTo(true);
    bench.clock.advance(LIMIT_MS - 1);
    bench.guard.completed();
    bench.guard.readTo(false);
    bench.clock.advance(10 * LIMIT_MS);

    expect(bench.lates).toBe(0);
    expect(bench.clock.timerCount).toBe(0);
  });

  it('is cut at its limit, however steadily its bytes come', () => {
    const bench = new Bench();
    bench.guard.readTo(true);
    for (let elapsed = 0; elapsed < LIMIT_MS; elapsed += 10) {
      expect(bench.lates).toBe(0);
      bench.clock.advance(10);
      bench.guard.readTo(true);
    }

    expect(bench.lates).toBe(1);
  });

  it('is cut within 1.25 limits, wherever it begins in a busy stream of messages', () => {
    for (let beforeMs = 0; beforeMs < LIMIT_MS; beforeMs += 37) {
      const bench = new Bench();
      bench.flow(3, beforeMs / 3);
      bench.guard.completed();
      bench.guard.readTo(true);
      const beganAt = bench.clock.now();
      while (bench.lates === 0) bench.clock.advance(1);

      expect(bench.clock.now() - beganAt).toBeGreaterThanOrEqual(LIMIT_MS);
      expect(bench.clock.now() - beganAt).toBeLessThanOrEqual(1.25 * LIMIT_MS);
    }
  });

  it('is not cut because others are under way without a pause', () => {
    const bench = new Bench();
    bench.flow(100, LIMIT_MS / 3);

    expect(bench.lates).toBe(0);
  });
});

describe('time in which this end did not read', () => {
  it('is not held against the peer', () => {
    const bench = new Bench();
    bench.guard.readTo(true);
    bench.clock.advance(LIMIT_MS / 2);
    bench.isHeldUp = true;
    bench.clock.advance(10 * LIMIT_MS);
    bench.isHeldUp = false;
    bench.clock.advance(LIMIT_MS / 2);
    expect(bench.lates).toBe(0);
    bench.clock.advance(LIMIT_MS);

    expect(bench.lates).toBe(1);
  });

  it('may be a stall of the process, after which the rest is read first', () => {
    const bench = new Bench();
    bench.guard.readTo(true);
    bench.clock.advance(LIMIT_MS - 10);
    bench.clock.block(5 * LIMIT_MS);
    // The timer that is due runs before the sockets are read, the verdict after that.
    bench.clock.afterTurn(() => {
      bench.guard.completed();
      bench.guard.readTo(false);
    });
    bench.clock.schedule(0, () => undefined);
    bench.clock.advance(LIMIT_MS);

    expect(bench.lates).toBe(0);
  });
});

it('leaves nothing behind when it is stopped, also between the last look and the verdict', () => {
  const bench = new Bench();
  bench.guard.readTo(true);
  bench.clock.advance(LIMIT_MS - 1);
  bench.guard.stop();
  bench.clock.advance(10 * LIMIT_MS);

  expect(bench.lates).toBe(0);
  expect(bench.clock.timerCount + bench.clock.turnCount).toBe(0);
});
