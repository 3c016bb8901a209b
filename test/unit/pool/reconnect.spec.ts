import { describe, expect, it } from 'vitest';
import { SocketPoolError } from '../../../lib/errors/socket-pool-error.js';
import { Reconnect } from '../../../lib/pool/reconnect.js';
import { ManualClock } from '../../support/manual-clock.js';

const REFUSED = new SocketPoolError('CONNECT_FAILED', 'refused');
const LONG_MS = 60_000;

/** Chance always says `chance`: 0 is the shortest wait, 1 the longest. */
function makeReconnect(chance = 0, options = {}) {
  const clock = new ManualClock();
  let attempts = 0;
  const reconnect = new Reconnect(clock, () => chance, {
    initialBackoffMs: 1_000,
    maxBackoffMs: 64_000,
    spreadMs: 2_000,
    ...options,
    onDue: () => attempts++,
  });
  return { clock, reconnect, attempts: () => attempts };
}

/** The waits after `count` failures in a row. */
function waitsAfterFailures(chance: number, count: number): number[] {
  const { clock, reconnect } = makeReconnect(chance);
  return Array.from({ length: count }, () => {
    reconnect.failed(REFUSED);
    const waitMs = reconnect.dueInMs!;
    clock.advance(waitMs);
    return waitMs;
  });
}

describe('after a failure', () => {
  it('the wait doubles from 1 s to 64 s, and chance doubles it at most', () => {
    const shortest = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 64_000];
    expect(waitsAfterFailures(0, 8)).toEqual(shortest);
    expect(waitsAfterFailures(1, 8)).toEqual(shortest.map((ms) => ms * 2));
  });

  it('the next attempt is due once', () => {
    const { clock, reconnect, attempts } = makeReconnect();
    reconnect.failed(REFUSED);
    expect([reconnect.isWaiting, reconnect.failures, reconnect.lastError]).toEqual([
      true,
      1,
      REFUSED,
    ]);
    clock.advance(999);
    expect(attempts()).toBe(0);
    clock.advance(1);
    expect([attempts(), reconnect.isWaiting, clock.timerCount]).toEqual([1, false, 0]);
  });

  it('several attempts that ran at once count as one', () => {
    const { reconnect } = makeReconnect();
    for (let each = 0; each < 5; each++) reconnect.failed(REFUSED);
    expect([reconnect.failures, reconnect.dueInMs]).toEqual([1, 1_000]);
  });

  it('waits start small again once a connection has lasted', () => {
    const { clock, reconnect } = makeReconnect();
    for (let each = 0; each < 4; each++) {
      reconnect.failed(REFUSED);
      clock.advance(reconnect.dueInMs!);
    }
    reconnect.succeeded();
    expect(reconnect.failures).toBe(0);
    clock.advance(LONG_MS);
    reconnect.failed(REFUSED);
    expect(reconnect.dueInMs).toBe(1_000);
    clock.advance(1_000);
    reconnect.failed(REFUSED);
    expect(reconnect.dueInMs).toBe(2_000);
  });
});

describe('after a loss', () => {
  it.each([
    [0.5, 1, 1_000],
    [0.5, 4, 4_000],
    [1, 1, 2_000],
    [1, 100, 16_000],
  ])('with chance %s and %i connections missing the wait is %i ms', (chance, missing, ms) => {
    const { reconnect } = makeReconnect(chance);
    reconnect.lost(missing, LONG_MS);
    expect(reconnect.dueInMs).toBe(ms);
  });

  it('there is no wait when it is not wanted', () => {
    const { reconnect } = makeReconnect(1, { spreadMs: 0 });
    reconnect.lost(1, LONG_MS);
    expect(reconnect.isWaiting).toBe(false);
  });

  it('of a connection that did not last it is that of a failure, and grows', () => {
    const { clock, reconnect } = makeReconnect(0, { spreadMs: 0 });
    const waits = Array.from({ length: 4 }, () => {
      reconnect.succeeded();
      clock.advance(100);
      reconnect.lost(1, 100);
      const waitMs = reconnect.dueInMs!;
      clock.advance(waitMs);
      return waitMs;
    });
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000]);
  });

  it('a wait that runs is kept', () => {
    const { reconnect } = makeReconnect();
    reconnect.failed(REFUSED);
    reconnect.lost(1, LONG_MS);
    expect(reconnect.dueInMs).toBe(1_000);
  });
});

describe('hurry', () => {
  it.each([
    [0, 1_250],
    [1, 2_500],
  ])('with chance %s brings a late attempt to %i ms', (chance, ms) => {
    const { clock, reconnect } = makeReconnect(chance, { initialBackoffMs: 1_000 });
    for (let each = 0; each < 5; each++) {
      reconnect.failed(REFUSED);
      if (each < 4) clock.advance(reconnect.dueInMs!);
    }
    reconnect.hurry(2_500);
    expect([reconnect.dueInMs, clock.timerCount]).toEqual([ms, 1]);
  });

  it('leaves an attempt alone that is due in time, and makes none by itself', () => {
    const { reconnect } = makeReconnect();
    reconnect.hurry(2_500);
    expect(reconnect.isWaiting).toBe(false);
    reconnect.failed(REFUSED);
    reconnect.hurry(2_500);
    expect(reconnect.dueInMs).toBe(1_000);
  });

  it('makes attempts no faster than the first wait, however little time callers have', () => {
    const { clock, reconnect } = makeReconnect(1);
    reconnect.failed(REFUSED);
    clock.advance(2_000);
    reconnect.failed(REFUSED);
    reconnect.hurry(5);
    expect(reconnect.dueInMs).toBe(1_000);
  });

  it('does nothing when there is no hurry', () => {
    const { reconnect } = makeReconnect(1);
    reconnect.failed(REFUSED);
    reconnect.hurry(Number.POSITIVE_INFINITY);
    expect(reconnect.dueInMs).toBe(2_000);
  });
});

it('stop() forgets the attempt', () => {
  const { clock, reconnect, attempts } = makeReconnect();
  reconnect.failed(REFUSED);
  reconnect.stop();
  clock.advance(LONG_MS);
  expect([attempts(), reconnect.dueInMs, clock.timerCount]).toEqual([0, undefined, 0]);
});
