import { describe, expect, it } from 'vitest';
import { GoAwayReason, RejectReason } from '../../../lib/protocol/frame.js';
import { A, B, PoolStage } from '../../support/pool-stage.js';

const TWO = { services: [A, B] };
const SLOW_RECONNECT = { reconnect: { spreadMs: 0 } };

/** Every instance refuses every call. */
function refuseAll(stage: PoolStage, addresses: readonly string[], reason: number): void {
  for (const address of addresses)
    stage.service(address).answer = (stream) => stream.reject(reason as RejectReason, '');
}

function requestsOf(stage: PoolStage, addresses: readonly string[]): number {
  return addresses.reduce((sum, address) => sum + stage.service(address).requests.length, 0);
}

describe('a call that was rejected before it ran', () => {
  it('is sent to another endpoint', async () => {
    const stage = await PoolStage.ready({}, TWO);
    refuseAll(stage, [A], RejectReason.Overloaded);
    const sinks = stage.calls(10);
    await stage.settle();
    expect(sinks.map((sink) => sink.label)).toEqual(Array(10).fill('complete'));
    expect(stage.snapshot.calls.retried).toBe(stage.service(A).requests.length);
  });

  it('fails when there is no other: who refuses is not asked again at once', async () => {
    const stage = await PoolStage.ready({ pool: { minConnections: 2 } });
    refuseAll(stage, [A], RejectReason.Overloaded);
    const sink = stage.call();
    await stage.settle();
    expect([sink.label, sink.failure.retryable]).toEqual(['REJECTED no', true]);
    expect(stage.service(A).requests.length).toBe(1);
  });

  it('is sent maxAttempts times at most', async () => {
    const stage = await PoolStage.ready({ maxAttempts: 3 }, TWO);
    refuseAll(stage, [A, B], RejectReason.Overloaded);
    const sink = stage.call();
    await stage.settle();
    expect([sink.label, requestsOf(stage, [A, B])]).toEqual(['REJECTED no', 3]);
    expect(stage.snapshot.calls).toMatchObject({ started: 1, failed: 1, retried: 2 });
  });

  it('is sent once when maxAttempts is 1', async () => {
    const stage = await PoolStage.ready({ maxAttempts: 1 }, TWO);
    refuseAll(stage, [A, B], RejectReason.Overloaded);
    stage.call();
    await stage.settle();
    expect(requestsOf(stage, [A, B])).toBe(1);
  });

  it('is sent again as long as the budget lasts', async () => {
    const stage = await PoolStage.ready({ maxAttempts: 2 }, TWO);
    refuseAll(stage, [A, B], RejectReason.Overloaded);
    const sinks = stage.calls(1_000);
    await stage.settle();
    expect(sinks.every((sink) => sink.label === 'REJECTED no')).toBe(true);
    // A fifth of the calls, and ten for each of ten seconds.
    expect(Math.abs(requestsOf(stage, [A, B]) - 1_300)).toBeLessThanOrEqual(1);
  });

  it('because its deadline had passed there is not sent again', async () => {
    const stage = await PoolStage.ready({}, TWO);
    refuseAll(stage, [A, B], RejectReason.DeadlinePassed);
    const sink = stage.call();
    await stage.settle();
    expect([sink.label, requestsOf(stage, [A, B])]).toEqual(['DEADLINE_EXCEEDED no', 1]);
  });

  it('keeps its deadline over all attempts', async () => {
    const stage = await PoolStage.ready({}, TWO);
    refuseAll(stage, [A], RejectReason.Overloaded);
    stage.service(B).hold();
    const sinks = stage.calls(4, { deadlineMs: 100 });
    await stage.advance(110);
    expect(sinks.map((sink) => sink.label)).toEqual(Array(4).fill('DEADLINE_EXCEEDED maybe'));
  });
});

describe('go-away', () => {
  it('moves what was not taken to another connection of the same endpoint', async () => {
    const stage = await PoolStage.ready({ pool: { minConnections: 2 } });
    const [first] = stage.service().connections;
    // In this turn calls leave for both connections, and the server sends one of them away.
    const sinks = stage.calls(10);
    first!.drain('lifetime', GoAwayReason.Retired, 'old');
    await stage.settle();
    expect(sinks.map((sink) => sink.label)).toEqual(Array(10).fill('complete'));
    expect(stage.snapshot.calls.retried).toBeGreaterThan(0);
  });

  it('of all connections lets calls wait for the next, and none fails', async () => {
    const stage = await PoolStage.ready();
    stage.service().hold();
    const running = stage.calls(3);
    await stage.settle();
    const refused = stage.calls(3);
    stage.service().goAway();
    await stage.settle();
    const late = stage.calls(3);
    expect(stage.snapshot.waiters).toBe(6);
    stage.service().release();
    await stage.advance(2_000);
    const labels = [...running, ...refused, ...late].map((sink) => sink.label);
    expect(labels).toEqual(Array(9).fill('complete'));
  });

  it('moves work to another endpoint', async () => {
    const stage = await PoolStage.ready({}, TWO);
    await stage.service(A).stopListening();
    stage.service(A).goAway();
    const sinks = stage.calls(10);
    await stage.settle();
    sinks.push(...stage.calls(10));
    await stage.settle();
    expect(sinks.map((sink) => sink.label)).toEqual(Array(20).fill('complete'));
    expect(stage.service(B).requests.length).toBeGreaterThanOrEqual(10);
  });
});

describe('a call whose connection is lost', () => {
  it('was perhaps run, and is not sent again', async () => {
    const stage = await PoolStage.ready({}, TWO);
    for (const address of [A, B]) stage.service(address).hold();
    const sinks = stage.calls(4);
    await stage.settle();
    await stage.crash(A);
    await stage.crash(B);
    expect(sinks.map((sink) => sink.label)).toEqual(Array(4).fill('CONNECTION_LOST maybe'));
    expect(requestsOf(stage, [A, B])).toBe(4);
  });

  it('before it was written has certainly not run, and is sent elsewhere', async () => {
    const stage = await PoolStage.ready({}, TWO);
    const sinks = stage.calls(10);
    for (const pair of stage.network.pairs.slice(0, 1)) pair.client.destroy(new Error('cut'));
    await stage.settle();
    expect(sinks.map((sink) => sink.label)).toEqual(Array(10).fill('complete'));
    expect(requestsOf(stage, [A, B])).toBe(10);
  });

  it('before it was written waits for the next connection where there is no other', async () => {
    const stage = await PoolStage.ready();
    const sinks = stage.calls(3);
    stage.network.pairs[0]!.client.destroy(new Error('cut'));
    await stage.settle();
    expect(sinks.map((sink) => sink.label)).toEqual(Array(3).fill('open'));
    await stage.advance(2_000);
    expect(sinks.map((sink) => sink.label)).toEqual(Array(3).fill('complete'));
  });

  it('is sent again when the caller says that it may run twice', async () => {
    const stage = await PoolStage.ready({}, TWO);
    for (const address of [A, B]) stage.service(address).hold();
    const sinks = stage.calls(4, { idempotent: true });
    await stage.settle();
    stage.service(B).release();
    await stage.crash(A);
    await stage.advance(60);
    expect(sinks.map((sink) => sink.label)).toEqual(Array(4).fill('complete'));
    expect(requestsOf(stage, [A, B])).toBeGreaterThan(4);
  });

  it('was run when values had come, and is not sent again even if it may run twice', async () => {
    const stage = await PoolStage.ready();
    stage.service().answer = (stream) => stream.next('first');
    const sink = stage.call({ idempotent: true });
    await stage.settle();
    stage.service().kill();
    await stage.advance(5_000);
    expect([sink.values, sink.label]).toEqual([['first'], 'CONNECTION_LOST yes']);
    expect(stage.service().requests.length).toBe(1);
  });

  it('stays perhaps run, whatever becomes of further attempts', async () => {
    const stage = await PoolStage.ready({ acquireTimeoutMs: 1_000, ...SLOW_RECONNECT });
    stage.service().hold();
    const given = stage.call({ idempotent: true });
    const late = stage.call({ idempotent: true, deadlineMs: 500 });
    await stage.settle();
    await stage.crash();
    await stage.advance(60);
    expect(stage.snapshot.waiters).toBe(2);
    await stage.advance(1_000);
    expect(late.label).toBe('DEADLINE_EXCEEDED maybe');
    expect(given.label).toBe('ACQUIRE_TIMEOUT maybe');
  });

  it('stays perhaps run, also when the next server refuses it', async () => {
    const stage = await PoolStage.ready({}, TWO);
    for (const address of [A, B]) stage.service(address).hold();
    const sinks = stage.calls(2, { idempotent: true });
    await stage.settle();
    refuseAll(stage, [A, B], RejectReason.RateLimited);
    await stage.crash(A);
    await stage.advance(60);
    expect(sinks.map((sink) => sink.label).sort()).toEqual(['REJECTED maybe', 'open']);
  });
});
