import { describe, expect, it } from 'vitest';
import { HeartbeatBench as Bench, INTERVAL_MS, pongFrame } from './heartbeat-bench.js';

describe('a heartbeat', () => {
  it('pings at once, and at every interval, while anything is heard', () => {
    const bench = new Bench();
    bench.answerAfter(20);
    bench.clock.advance(10 * INTERVAL_MS);

    expect(bench.pings).toHaveLength(11);
    expect(new Set(bench.pings).size).toBe(11);
    expect(bench.silences).toEqual([]);
    expect(bench.heartbeat.missed).toBe(0);
    expect(bench.heartbeat.roundTripMs).toBe(20);
  });

  it.each([1, 2, 3, 5])('notices a peer that falls silent, with %i misses allowed', (misses) => {
    const bench = new Bench({ misses });
    bench.heartbeat.heard();
    // Right after a tick, which is the worst moment.
    bench.clock.advance(INTERVAL_MS);
    bench.heartbeat.heard();
    bench.clock.advance((misses + 1) * INTERVAL_MS - 1);
    expect(bench.silences).toEqual([]);
    bench.clock.advance(1);

    expect(bench.silences).toEqual([misses * INTERVAL_MS]);
    expect(bench.clock.timerCount).toBe(0);
  });

  it('allows a peer that answers in time with a single miss allowed', () => {
    const bench = new Bench({ misses: 1 });
    bench.answerAfter(INTERVAL_MS - 1);
    bench.clock.advance(20 * INTERVAL_MS);

    expect(bench.silences).toEqual([]);
  });

  it('counts the misses anew after a sign of life', () => {
    const bench = new Bench();
    bench.clock.advance(2 * INTERVAL_MS);
    expect(bench.heartbeat.missed).toBe(2);
    bench.heartbeat.heard();
    bench.clock.advance(INTERVAL_MS);
    expect(bench.heartbeat.missed).toBe(0);
    bench.clock.advance(2 * INTERVAL_MS);

    expect(bench.silences).toEqual([]);
  });

  it('takes any bytes for a sign of life, and only its own pong for the round trip', () => {
    const bench = new Bench();
    for (let count = 0; count < 10; count++) {
      bench.heartbeat.heard();
      bench.heartbeat.pong(pongFrame(12_345));
      bench.clock.advance(INTERVAL_MS);
    }

    expect(bench.silences).toEqual([]);
    expect(bench.heartbeat.roundTripMs).toBeUndefined();
  });

  it('pings, and holds silence against nobody, while this end does not read', () => {
    const bench = new Bench();
    bench.isPaused = true;
    bench.clock.advance(10 * INTERVAL_MS);

    expect(bench.pings).toHaveLength(11);
    expect(bench.silences).toEqual([]);
  });

  it('leaves nothing behind when it is stopped, also between a tick and its verdict', () => {
    const bench = new Bench();
    bench.clock.block(INTERVAL_MS);
    bench.heartbeat.stop();
    bench.clock.advance(10 * INTERVAL_MS);

    expect(bench.pings).toHaveLength(1);
    expect(bench.clock.timerCount + bench.clock.turnCount).toBe(0);
  });
});

describe('a stall of this process', () => {
  it('is never held against the peer, however long and often', () => {
    for (const stallMs of [600, 1_400, 1_600, 5_000, 60_000]) {
      const bench = new Bench({ misses: 1 });
      bench.answerAfter(20);
      for (let count = 0; count < 20; count++) {
        bench.clock.advance(10);
        // Nothing is read meanwhile. Then the loop runs due timers before it reads.
        bench.clock.block(stallMs);
        bench.clock.advance(0);
      }

      expect(bench.silences).toEqual([]);
    }
  });

  it('is not held against a peer whose bytes are read only after the timers have run', () => {
    const bench = new Bench({ misses: 1 });
    bench.clock.advance(10);
    // Long enough for the tick to come, and too short for it to count as late.
    bench.clock.block(1_400);
    bench.atTick = () => bench.clock.afterTurn(() => bench.heartbeat.heard());
    bench.clock.advance(0);

    expect(bench.silences).toEqual([]);
    expect(bench.heartbeat.missed).toBe(0);
  });

  it('does not keep a peer that is gone for long', () => {
    const bench = new Bench({ misses: 1 });
    bench.clock.block(10 * INTERVAL_MS);
    bench.clock.advance(0);
    expect(bench.silences).toEqual([]);
    bench.clock.advance(INTERVAL_MS);

    expect(bench.silences).toHaveLength(1);
  });
});
