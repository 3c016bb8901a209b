import { describe, expect, it } from 'vitest';
import { HeartbeatBench as Bench, INTERVAL_MS } from './heartbeat-bench.js';

describe('a busy peer', () => {
  it('is one that does not answer within half an interval, until it answers in time', () => {
    const bench = Bench.busy();
    bench.answerAfter(INTERVAL_MS * 0.7);
    bench.clock.advance(INTERVAL_MS / 2 - 1);
    expect(bench.condition).toBe('ready');
    bench.clock.advance(1);
    expect(bench.conditions).toEqual(['late']);
    bench.clock.advance(10 * INTERVAL_MS);
    expect(bench.condition).toBe('busy');
    bench.answerAfter(20);
    bench.clock.advance(INTERVAL_MS);

    expect(bench.conditions).toEqual(['late', 'ready']);
    expect(bench.silences).toEqual([]);
  });

  it('is one that says so, until it is well below the limit', () => {
    const bench = Bench.busy();
    bench.answerAfter(5, { loopLagMs: 300 });
    bench.clock.advance(10);
    expect(bench.heartbeat.condition).toEqual({ kind: 'busy', why: 'lag' });
    bench.answerAfter(5, { loopLagMs: 150 });
    bench.clock.advance(2 * INTERVAL_MS);
    expect(bench.condition).toBe('busy');
    bench.answerAfter(5, { loopLagMs: 90 });
    bench.clock.advance(INTERVAL_MS);

    expect(bench.conditions).toEqual(['lag', 'ready']);
  });

  it('is pinged twice in an interval, so that it is found ready again sooner', () => {
    const bench = Bench.busy();
    bench.answerAfter(5, { queueAgeMs: 500 });
    bench.clock.advance(4 * INTERVAL_MS);

    expect(bench.pings).toHaveLength(9);
  });

  it('stays so for as long as it is silent, and is then dead, without a beacon', async () => {
    const bench = Bench.busy();
    bench.answerAfter(5);
    await bench.pass(1);
    bench.fallSilent();
    bench.clock.advance(4 * INTERVAL_MS - 1);
    expect(bench.conditions).toEqual(['late']);
    bench.clock.advance(1);

    expect(bench.silences).toEqual([3 * INTERVAL_MS]);
    expect(bench.condition).toBe('dead');
    expect(bench.clock.timerCount + bench.clock.turnCount).toBe(0);
  });

  it('is not seen in one whose answer lies here unread, because this process stood still', () => {
    const bench = Bench.busy();
    bench.answerAfter(20);
    for (let count = 0; count < 20; count++) {
      bench.clock.advance(10);
      bench.clock.block(INTERVAL_MS * 1.2);
      bench.clock.advance(0);
    }

    expect(bench.conditions).toEqual([]);
  });

  it('is not seen in one that this end does not read', () => {
    const bench = Bench.busy();
    bench.isPaused = true;
    bench.clock.advance(10 * INTERVAL_MS);

    expect(bench.conditions).toEqual([]);
    expect(bench.questions).toEqual([]);
  });

  it('may be given up by whoever is told of it', () => {
    const bench = Bench.busy();
    bench.atCondition = () => bench.heartbeat.stop();
    bench.clock.advance(INTERVAL_MS);

    expect(bench.conditions).toEqual(['late']);
    expect(bench.clock.timerCount + bench.clock.turnCount).toBe(0);
  });
});

describe('the beacon of a silent peer', () => {
  it('is asked in every silent interval, and by nobody who hears anything', async () => {
    const bench = Bench.busy();
    bench.answerAfter(5);
    await bench.pass(5);
    expect(bench.questions).toEqual([]);
    bench.fallSilent();
    await bench.pass(3);

    expect(bench.questions).toEqual([500, 500]);
  });

  it.each([1, 3])('keeps a peer whose loop stands still (%i misses allowed)', async (misses) => {
    const bench = Bench.busy({ misses });
    bench.answerAfter(5);
    await bench.pass(1);
    bench.fallSilent();
    const stuckAt = bench.clock.now();
    bench.beacon = () => Promise.resolve({ stuckMs: bench.clock.now() - stuckAt });
    await bench.pass(12);
    expect(bench.conditions).toEqual(['late', 'stuck']);
    expect(bench.silences).toEqual([]);
    // It goes on, and answers all that was asked.
    bench.heartbeat.heard();
    bench.answerAfter(5);
    await bench.pass(1);

    expect(bench.condition).toBe('ready');
    expect(bench.heartbeat.missed).toBe(0);
  });

  it('says nothing for a peer whose loop turns: then the connection is broken', async () => {
    const bench = Bench.busy();
    bench.beacon = () => Promise.resolve({ stuckMs: 15 });
    bench.answerAfter(5);
    await bench.pass(1);
    bench.fallSilent();
    await bench.pass(4);

    expect(bench.silences).toEqual([3 * INTERVAL_MS]);
  });

  it('gives up one that stands still for too long', async () => {
    const bench = Bench.busy({}, { maxStuckMs: 6_000 });
    const stuckAt = bench.clock.now();
    bench.beacon = () => Promise.resolve({ stuckMs: bench.clock.now() - stuckAt });
    await bench.pass(6);
    expect(bench.condition).toBe('stuck');
    await bench.pass(1);

    expect(bench.silences).toEqual([7 * INTERVAL_MS]);
  });

  it.each([
    ['that does not answer', () => new Promise<undefined>(() => undefined)],
    ['where nobody is', () => Promise.resolve(undefined)],
  ])('does not delay the verdict when it is one %s', async (_, beacon) => {
    const bench = Bench.busy();
    bench.answerAfter(5);
    await bench.pass(1);
    bench.fallSilent();
    bench.beacon = beacon;
    bench.clock.advance(4 * INTERVAL_MS - 1);
    expect(bench.silences).toEqual([]);
    bench.clock.advance(1);

    expect(bench.silences).toHaveLength(1);
  });

  it('counts for the interval in which it was asked, and for no other', async () => {
    const bench = Bench.busy({ misses: 2 });
    const answers: ((answer: { stuckMs: number }) => void)[] = [];
    bench.beacon = () => new Promise((resolve) => answers.push(resolve));
    await bench.pass(1);
    // The answer to the first question, in the second interval.
    answers[0]!({ stuckMs: 5_000 });
    await bench.pass(1);

    expect(bench.silences).toEqual([2 * INTERVAL_MS]);
  });

  it('is asked, and believed, when this process stood still before', async () => {
    const bench = Bench.busy({ misses: 1 });
    const stuckAt = bench.clock.now();
    bench.beacon = () => Promise.resolve({ stuckMs: bench.clock.now() - stuckAt });
    for (let count = 0; count < 15; count++) {
      bench.clock.block(INTERVAL_MS * 0.3);
      await bench.pass(1);
    }

    expect(bench.silences).toEqual([]);
    expect(bench.condition).toBe('stuck');
  });
});
