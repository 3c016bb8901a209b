import { describe, expect, it } from 'vitest';
import type { CallRequest } from '../../../lib/pool/call.js';
import type { PoolOptionsInput } from '../../../lib/pool/pool-options.js';
import { RejectReason } from '../../../lib/protocol/frame.js';
import { A, B, NOTHING_LEFT, PoolStage } from '../../support/pool-stage.js';

const TWO = { services: [A, B] };
/** Longer than the first wait can be, with all its jitter and the tick of the wheel. */
const FIRST_WAIT_MS = 60;

/** Calls are in flight, and their instance is lost. What is sent again is answered. */
async function lose(
  retry: PoolOptionsInput['retry'],
  request: Partial<CallRequest>,
): Promise<string> {
  const stage = await PoolStage.ready({ retry }, TWO);
  for (const address of [A, B]) stage.service(address).hold();
  const sink = stage.call({ idempotent: undefined, ...request });
  await stage.settle();
  const [home, other] = stage.service(A).requests.length > 0 ? [A, B] : [B, A];
  stage.service(other).release();
  await stage.crash(home);
  await stage.advance(FIRST_WAIT_MS);
  return sink.label;
}

describe('a call that was lost is sent again', () => {
  const PATTERNS = ['orders.get', { cmd: 'get', of: { b: 1, a: ['x'] } }, 7];

  it.each<[string, PoolOptionsInput['retry'], Partial<CallRequest>]>([
    ['by its own word', {}, { idempotent: true }],
    ['by that of the pool for all calls', { idempotent: true }, {}],
    ['by its pattern', { idempotentPatterns: PATTERNS }, {}],
    [
      'by its pattern, an object whose keys stand in another order',
      { idempotentPatterns: PATTERNS },
      { pattern: '{"of":{"a":["x"],"b":1},"cmd":"get"}', isPatternJson: true },
    ],
    [
      'by its pattern, a number',
      { idempotentPatterns: PATTERNS },
      { pattern: '7', isPatternJson: true },
    ],
  ])('%s', async (_why, retry, request) => {
    expect(await lose(retry, request)).toBe('complete');
  });

  it.each<[string, PoolOptionsInput['retry'], Partial<CallRequest>]>([
    ['nobody says that it may run twice', {}, {}],
    ['another pattern may', { idempotentPatterns: ['orders', 'orders.get.all'] }, {}],
    [
      'the same text may, and not the object it stands for',
      { idempotentPatterns: [{ cmd: 'get' }] },
      { pattern: '{"cmd":"put"}', isPatternJson: true },
    ],
    ['the call says no, whatever the pool says', { idempotent: true }, { idempotent: false }],
    [
      'the call says no, whatever is said of its pattern',
      { idempotentPatterns: PATTERNS },
      { idempotent: false },
    ],
  ])('but not where %s', async (_why, retry, request) => {
    expect(await lose(retry, request)).toBe('CONNECTION_LOST maybe');
  });
});

describe('a call that may run twice', () => {
  async function lost(options: PoolOptionsInput, request: Partial<CallRequest> = {}) {
    const stage = await PoolStage.ready(options, TWO);
    for (const address of [A, B]) stage.service(address).hold();
    const sink = stage.call({ idempotent: true, ...request });
    await stage.settle();
    const [home, other] = stage.service(A).requests.length > 0 ? [A, B] : [B, A];
    await stage.crash(home);
    return { stage, sink, other: stage.service(other) };
  }

  it('waits for its backoff, up to twice as long by chance, before it is sent again', async () => {
    const { stage, other } = await lost({ retry: { initialBackoffMs: 200, maxBackoffMs: 200 } });
    await stage.advance(200);
    expect(other.requests).toEqual([]);
    await stage.advance(210);
    expect(other.requests.length).toBe(1);
    expect(stage.snapshot.calls).toMatchObject({
      retried: 1,
      retries: { unsent: 0, rejected: 0, lost: 1 },
    });
  });

  it('takes no more time than its deadline leaves', async () => {
    const retry = { initialBackoffMs: 200, maxBackoffMs: 200 };
    const { stage, sink, other } = await lost({ retry }, { deadlineMs: 205 });
    expect(sink.label).toBe('CONNECTION_LOST maybe');
    await stage.advance(1_000);
    expect(other.requests).toEqual([]);
  });

  it('can be given up in the wait, and is never sent again', async () => {
    const { stage, sink, other } = await lost({});
    expect(sink.call.processed).toBe('maybe');
    sink.call.cancel();
    await stage.advance(1_000);
    expect([sink.label, other.requests.length]).toEqual(['open', 0]);
    expect(stage.snapshot.calls.cancelled).toBe(1);
  });

  it('is waited for by a pool that closes, and failed when the time is up', async () => {
    const retry = { initialBackoffMs: 500, maxBackoffMs: 500 };
    const { stage, sink } = await lost({ retry, drainTimeoutMs: 100 });
    const closed = stage.pool.close();
    await stage.advance(90);
    expect(sink.label).toBe('open');
    await stage.advance(1_500);
    await closed;
    expect(sink.label).toBe('POOL_CLOSED maybe');
    stage.service(A).kill();
    stage.service(B).kill();
    await stage.advance(2_000);
    expect(stage.leftovers).toEqual(NOTHING_LEFT);
  });

  it('is sent again as often as the budget of all calls allows', async () => {
    const retry = { budgetRatio: 0.5, budgetPerSecond: 0 };
    const stage = await PoolStage.ready({ retry }, TWO);
    for (const address of [A, B]) stage.service(address).hold();
    const sinks = stage.calls(40, { idempotent: true });
    await stage.settle();
    await stage.crash(A);
    await stage.crash(B);
    const failed = sinks.filter((sink) => sink.label === 'CONNECTION_LOST maybe');
    expect(failed.length).toBe(20);
    expect(stage.snapshot.calls.retried).toBe(20);
  });
});

describe('a server that refuses a call and says for how long', () => {
  const PATIENT = { retry: { maxRestMs: 1_000 } };
  const refuse = (stage: PoolStage, address: string, retryAfterMs: number): void => {
    stage.service(address).answer = (stream) =>
      stream.reject(RejectReason.Overloaded, '', retryAfterMs);
  };

  it('is asked again when the time is over, where there is no other', async () => {
    const stage = await PoolStage.ready(PATIENT);
    refuse(stage, A, 300);
    const sink = stage.call();
    await stage.advance(290);
    expect([sink.label, stage.service().requests.length]).toEqual(['open', 1]);
    stage.service().release();
    await stage.advance(20);
    expect([sink.label, stage.service().requests.length]).toEqual(['complete', 2]);
  });

  it('does not hold up a call that can go elsewhere', async () => {
    const stage = await PoolStage.ready({}, TWO);
    refuse(stage, A, 10_000);
    const sinks = stage.calls(20);
    await stage.settle();
    expect(sinks.map((sink) => sink.label)).toEqual(Array(20).fill('complete'));
  });

  it('gets no calls meanwhile from those that have another to ask', async () => {
    const stage = await PoolStage.ready({}, TWO);
    refuse(stage, A, 500);
    stage.calls(20);
    await stage.settle();
    const before = stage.service(A).requests.length;
    stage.calls(20);
    await stage.advance(490);
    expect(stage.service(A).requests.length).toBe(before);
    await stage.advance(20);
    stage.calls(20);
    await stage.settle();
    expect(stage.service(A).requests.length).toBeGreaterThan(before);
  });

  it('is left alone by all attempts of a call: the one that is free first is asked next', async () => {
    const stage = await PoolStage.ready({ ...PATIENT, maxAttempts: 3 }, TWO);
    refuse(stage, A, 400);
    refuse(stage, B, 200);
    const sink = stage.call();
    await stage.settle();
    const asked = (): number[] => [A, B].map((each) => stage.service(each).requests.length);
    expect(asked()).toEqual([1, 1]);
    await stage.advance(190);
    expect(asked()).toEqual([1, 1]);
    await stage.advance(20);
    expect(asked()).toEqual([1, 2]);
    expect(sink.label).toBe('REJECTED no');
  });

  it('is waited for as long as callers are to be kept, and no longer', async () => {
    const stage = await PoolStage.ready({ retry: { maxRestMs: 200 } });
    refuse(stage, A, 201);
    const late = stage.call();
    await stage.settle();
    expect([late.label, late.failure.retryAfterMs]).toEqual(['REJECTED no', 201]);
    await stage.advance(300);
    refuse(stage, A, 200);
    const sink = stage.call();
    await stage.settle();
    expect(sink.label).toBe('open');
  });

  it('is not waited for beyond the deadline', async () => {
    const stage = await PoolStage.ready(PATIENT);
    refuse(stage, A, 300);
    const sink = stage.call({ deadlineMs: 305 });
    await stage.settle();
    expect([sink.label, sink.failure.retryAfterMs]).toEqual(['REJECTED no', 300]);
  });
});

describe('the key of a call that may run twice', () => {
  const KEYS = { retry: { idempotencyKeys: true, idempotentPatterns: ['orders.get'] } };

  it('is the same over its attempts, and another for each call', async () => {
    const stage = await PoolStage.ready(KEYS, TWO);
    for (const address of [A, B]) stage.service(address).hold();
    stage.calls(8, { idempotent: undefined, metadata: { tenant: 'a' } });
    await stage.settle();
    await stage.crash(A);
    await stage.advance(FIRST_WAIT_MS);
    const keysAt = (address: string): unknown[] =>
      stage.service(address).requests.map(({ request }) => request.metadata!['idempotency-key']);
    expect(new Set(keysAt(B)).size).toBe(8);
    expect(keysAt(A).length).toBeGreaterThan(0);
    expect(keysAt(A).filter((key) => !keysAt(B).includes(key))).toEqual([]);
    expect(stage.service(B).requests[0]!.request.metadata).toMatchObject({ tenant: 'a' });
  });

  it('is the one that the caller gave', async () => {
    const stage = await PoolStage.ready(KEYS);
    stage.call({ idempotent: true, metadata: { 'idempotency-key': 'mine' } });
    await stage.settle();
    expect(stage.service().requests[0]!.request.metadata).toEqual({ 'idempotency-key': 'mine' });
  });

  it.each([
    ['that may not', KEYS, { idempotent: false }],
    ['of a pool that was not asked for keys', {}, { idempotent: true }],
  ])('is none for a call %s', async (_which, options, request) => {
    const stage = await PoolStage.ready(options);
    stage.call(request);
    await stage.settle();
    expect(stage.service().requests[0]!.request.metadata).toBeUndefined();
  });
});
