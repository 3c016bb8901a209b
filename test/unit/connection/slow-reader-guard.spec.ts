import { describe, expect, it } from 'vitest';
import { SlowReaderGuard } from '../../../lib/connection/slow-reader-guard.js';
import { ManualClock } from '../../support/manual-clock.js';

const OPTIONS = { highWaterBytes: 1_000, maxPendingBytes: 10_000, timeoutMs: 100 };

class Bench {
  readonly clock = new ManualClock();
  readonly said: string[] = [];
  readonly guard = new SlowReaderGuard(OPTIONS, this.clock, {
    pauseReading: () => this.said.push('pause'),
    resumeReading: () => this.said.push('resume'),
    onTooSlow: (why) => this.said.push(why),
  });
}

describe('a peer that leaves replies unread', () => {
  it('is nobody to care about below half of the high water mark', () => {
    const bench = new Bench();
    bench.guard.check(500);
    bench.clock.advance(1_000);

    expect(bench.guard.allowsStreams(500)).toBe(true);
    expect(bench.said).toEqual([]);
    expect(bench.clock.timerCount).toBe(0);
  });

  it('holds up streams above half of it, and its own requests above it', () => {
    const bench = new Bench();
    bench.guard.check(501);
    expect(bench.guard.allowsStreams(501)).toBe(false);
    expect(bench.said).toEqual([]);
    bench.guard.check(1_001);
    bench.guard.check(1_002);
    expect(bench.said).toEqual(['pause']);
    bench.guard.drained(0);

    expect(bench.said).toEqual(['pause', 'resume']);
    expect(bench.clock.timerCount).toBe(0);
  });

  it('is given up when it reads nothing for too long', () => {
    const bench = new Bench();
    bench.guard.check(600);
    bench.clock.advance(60);
    bench.guard.check(700);
    bench.clock.advance(40);

    expect(bench.said).toEqual(['read none of its replies for 100 ms']);
  });

  it('is given up at once when it holds too much', () => {
    const bench = new Bench();
    bench.guard.check(10_001);

    expect(bench.said).toEqual(['holds 10001 bytes of replies unread']);
  });

  it('has its time again when it has read something, but is not read before it has caught up', () => {
    const bench = new Bench();
    bench.guard.check(5_000);
    for (const unreadBytes of [4_000, 3_000, 2_000]) {
      bench.clock.advance(99);
      bench.guard.drained(unreadBytes);
    }
    expect(bench.said).toEqual(['pause']);
    bench.guard.drained(800);
    expect(bench.said).toEqual(['pause', 'resume']);
    bench.clock.advance(100);

    expect(bench.said).toEqual(['pause', 'resume', 'read none of its replies for 100 ms']);
  });

  it('is forgotten when the connection ends', () => {
    const bench = new Bench();
    bench.guard.check(5_000);
    bench.guard.stop();
    bench.clock.advance(1_000);

    expect(bench.said).toEqual(['pause']);
    expect(bench.clock.timerCount).toBe(0);
  });
});
