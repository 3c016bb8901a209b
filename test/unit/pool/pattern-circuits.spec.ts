import { describe, expect, it, onTestFinished } from 'vitest';
import type { PoolOptionsInput } from '../../../lib/pool/pool-options.js';
import { A, B, PoolStage } from '../../support/pool-stage.js';

const BREAKER = {
  failureRatio: 0.5,
  minCalls: 10,
  windowMs: 2_000,
  openMs: 1_000,
  maxOpenMs: 3_000,
  jitterRatio: 0,
};

/** Two instances that never answer `reports.get`, unless they are told to. */
async function open(
  breaker: PoolOptionsInput['breaker'] = BREAKER,
  options: PoolOptionsInput = {},
): Promise<PoolStage> {
  const stage = await PoolStage.ready(
    { breaker, ejection: false, ...options },
    { services: [A, B] },
  );
  for (const address of [A, B])
    stage.service(address).answer = (stream) => {
      if (stream.request.pattern !== 'reports.get') stream.respond('done');
    };
  onTestFinished(async () => {
    await Promise.all([stage.pool.close(0), stage.advance(10_000)]);
    expect(stage.leftovers).toMatchObject({ timers: 0, turns: 0 });
  });
  return stage;
}

/** Calls that are not answered, one after the other. @returns how each of them ended */
async function reports(stage: PoolStage, count: number): Promise<string[]> {
  const sinks = [];
  for (let call = 0; call < count; call++) {
    sinks.push(stage.call({ pattern: 'reports.get', deadlineMs: 20 }));
    await stage.advance(40);
  }
  return sinks.map((sink) => sink.label);
}

const requestsOf = (stage: PoolStage): number =>
  stage.service(A).requests.length + stage.service(B).requests.length;

describe('the circuit of a pattern', () => {
  it('opens when most of its calls run into their deadline, and then they fail at once', async () => {
    const stage = await open();
    expect(await reports(stage, 10)).toEqual(Array(10).fill('DEADLINE_EXCEEDED maybe'));
    const before = requestsOf(stage);
    const sink = stage.call({ pattern: 'reports.get' });
    expect([sink.label, sink.failure.retryable]).toEqual(['CIRCUIT_OPEN no', true]);
    expect(sink.failure.message).toContain('reports.get');
    expect(requestsOf(stage)).toBe(before);
    expect(stage.snapshot.circuits).toEqual({ open: 1, openings: 1, refused: 1 });
    expect(stage.events).toContain('circuitOpened');
  });

  it('is none of the business of other patterns', async () => {
    const stage = await open();
    await reports(stage, 10);
    const sink = stage.call({ pattern: 'orders.get' });
    await stage.settle();
    expect(sink.label).toBe('complete');
  });

  it('lets one call through when its time is over, and closes if that succeeds', async () => {
    const stage = await open();
    await reports(stage, 10);
    await stage.advance(1_000);
    const [probe, other] = stage.calls(2, { pattern: 'reports.get' });
    await stage.settle();
    expect([probe!.label, other!.label]).toEqual(['open', 'CIRCUIT_OPEN no']);
    for (const address of [A, B]) stage.service(address).release();
    await stage.settle();
    expect(probe!.label).toBe('complete');
    expect(stage.snapshot.circuits.open).toBe(0);
    expect(stage.events).toContain('circuitClosed');
    expect(await reports(stage, 3)).toEqual(Array(3).fill('complete'));
  });

  it('stays open for longer when that fails', async () => {
    const stage = await open();
    await reports(stage, 10);
    await stage.advance(1_000);
    expect(await reports(stage, 2)).toEqual(['DEADLINE_EXCEEDED maybe', 'CIRCUIT_OPEN no']);
    await stage.advance(1_500);
    expect(await reports(stage, 1)).toEqual(['CIRCUIT_OPEN no']);
    await stage.advance(500);
    expect(await reports(stage, 1)).toEqual(['DEADLINE_EXCEEDED maybe']);
  });

  it('with several probes lets as many through', async () => {
    const stage = await open({ ...BREAKER, probes: 2 });
    await reports(stage, 10);
    await stage.advance(1_000);
    const labels = stage.calls(4, { pattern: 'reports.get' }).map((sink) => sink.label);
    expect(labels).toEqual(['open', 'open', 'CIRCUIT_OPEN no', 'CIRCUIT_OPEN no']);
  });

  it('stays closed while most calls succeed, and for fewer calls than it takes', async () => {
    const stage = await open();
    await reports(stage, 9);
    expect(stage.snapshot.circuits.openings).toBe(0);
    for (const address of [A, B]) stage.service(address).release();
    await reports(stage, 12);
    for (const address of [A, B]) stage.service(address).hold();
    await reports(stage, 2);
    expect(stage.snapshot.circuits.openings).toBe(0);
  });

  it('forgets what was long ago', async () => {
    const stage = await open();
    await reports(stage, 9);
    await stage.advance(5_000);
    await reports(stage, 5);
    expect(stage.snapshot.circuits.openings).toBe(0);
  });

  it('does not count rejected and cancelled calls', async () => {
    const stage = await open(BREAKER, { maxAttempts: 1 });
    for (let call = 0; call < 30; call++) {
      const sink = stage.call({ pattern: 'reports.get' });
      await stage.settle();
      sink.call.cancel();
    }
    for (const address of [A, B])
      stage.service(address).answer = (stream) => stream.reject(1, 'overloaded');
    await reports(stage, 30);
    expect(stage.snapshot.circuits.openings).toBe(0);
  });

  it('counts failures of handlers only where that is asked for', async () => {
    for (const [handlerErrors, openings] of [
      ['ignore', 0],
      ['count', 1],
    ] as const) {
      const stage = await open({ ...BREAKER, handlerErrors });
      for (const address of [A, B])
        stage.service(address).answer = (stream) => stream.fail('the handler failed');
      await reports(stage, 12);
      expect(stage.snapshot.circuits.openings).toBe(openings);
    }
  });

  it('keeps attempts from being repeated once it is open', async () => {
    const stage = await open({ ...BREAKER, minCalls: 1 });
    stage.service(A).answer = stage.service(B).answer = () => stage.service(A).kill();
    stage.service(B).answer = () => stage.service(B).kill();
    const sink = stage.call({ pattern: 'reports.get', idempotent: true });
    await stage.advance(3_000);
    expect(sink.label).toBe('CONNECTION_LOST maybe');
    expect(requestsOf(stage)).toBe(1);
  });

  it('is forgotten when there are too many, the first one first', async () => {
    const stage = await open({ ...BREAKER, maxPatterns: 2 });
    await reports(stage, 9);
    for (const pattern of ['a', 'b', 'c']) stage.call({ pattern });
    await reports(stage, 1);
    expect(stage.snapshot.circuits.openings).toBe(0);
    await reports(stage, 9);
    expect(stage.snapshot.circuits.openings).toBe(1);
  });

  it('does not exist unless it is asked for', async () => {
    const stage = await open(false);
    await reports(stage, 40);
    expect(await reports(stage, 1)).toEqual(['DEADLINE_EXCEEDED maybe']);
    expect(stage.snapshot.circuits).toEqual({ open: 0, openings: 0, refused: 0 });
  });
});
