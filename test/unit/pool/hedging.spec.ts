import { describe, expect, it } from 'vitest';
import type { IncomingStream } from '../../../lib/connection/incoming-stream.js';
import type { CallRequest } from '../../../lib/pool/call.js';
import type { PoolOptionsInput } from '../../../lib/pool/pool-options.js';
import { RejectReason } from '../../../lib/protocol/frame.js';
import { A, B, NOTHING_LEFT, PoolStage } from '../../support/pool-stage.js';
import type { RecordedSink } from '../../support/recorded-sink.js';
import { RecordedSink as Sink } from '../../support/recorded-sink.js';

const C = 'tcp://c:1';
const HEDGE = { hedge: { percentile: 0.9, minDelayMs: 20, maxHedges: 1 } };

/** A pool that has learned how long its calls take: less than the least delay. Then nobody answers. */
async function learned(
  options: PoolOptionsInput = {},
  services: readonly string[] = [A, B],
): Promise<PoolStage> {
  const stage = await PoolStage.ready({ ...HEDGE, ...options }, { services });
  stage.calls(40, { idempotent: true });
  await stage.settle();
  for (const address of services) stage.service(address).hold();
  return stage;
}

/** One call that nobody has answered, where it is, and where it would be sent next. */
async function slow(stage: PoolStage, request: Partial<CallRequest> = {}) {
  const sink = stage.call({ idempotent: true, payload: 'slow', ...request });
  await stage.settle();
  const [home, other] = openAt(stage, A).length > 0 ? [A, B] : [B, A];
  return { sink, home, other };
}

function openAt(stage: PoolStage, address: string): IncomingStream[] {
  return stage.service(address).open;
}

async function hedged(stage: PoolStage, request: Partial<CallRequest> = {}) {
  const { sink, home, other } = await slow(stage, request);
  await stage.advance(30);
  const [first] = openAt(stage, home);
  const [second] = openAt(stage, other);
  return { sink, home, other, first: first!, second: second! };
}

function countsOf(stage: PoolStage): object {
  const { hedges, hedgesWon, retried, started } = stage.snapshot.calls;
  return { hedges, hedgesWon, retried, started };
}

describe('a slow call that may run twice', () => {
  it('is sent to another endpoint as well when it takes longer than the others', async () => {
    const stage = await learned();
    const { other, home } = await slow(stage);
    await stage.advance(10);
    expect([openAt(stage, home).length, openAt(stage, other).length]).toEqual([1, 0]);
    await stage.advance(20);
    expect([openAt(stage, home).length, openAt(stage, other).length]).toEqual([1, 1]);
    expect(openAt(stage, other)[0]!.request).toMatchObject({
      payload: 'slow',
      pattern: 'orders.get',
    });
    expect(countsOf(stage)).toEqual({ hedges: 1, hedgesWon: 0, retried: 0, started: 41 });
    expect(stage.snapshot.inFlight).toBe(2);
  });

  it('takes the answer of its hedge when that is first, and cancels the other', async () => {
    const stage = await learned();
    const { sink, first, second } = await hedged(stage);
    second.respond('of the hedge');
    await stage.settle();
    expect([sink.values, sink.label]).toEqual([['of the hedge'], 'complete']);
    expect([first.isOpen, first.stopReason]).toEqual([false, 'cancel']);
    expect(countsOf(stage)).toMatchObject({ hedges: 1, hedgesWon: 1 });
    expect(stage.snapshot).toMatchObject({ inFlight: 0, waiters: 0 });
  });

  it('takes its own answer when that is first, and cancels the hedge', async () => {
    const stage = await learned();
    const { sink, first, second } = await hedged(stage);
    first.respond('of the call');
    await stage.settle();
    expect([sink.values, sink.label]).toEqual([['of the call'], 'complete']);
    expect([second.isOpen, second.stopReason]).toEqual([false, 'cancel']);
    expect(countsOf(stage)).toMatchObject({ hedges: 1, hedgesWon: 0 });
    expect(stage.snapshot.inFlight).toBe(0);
  });

  it('is settled once when both are answered in one turn', async () => {
    const stage = await learned();
    const { sink, first, second } = await hedged(stage);
    first.respond('a');
    second.respond('b');
    await stage.settle();
    expect([sink.values.length, sink.ends]).toEqual([1, ['complete']]);
    expect(stage.snapshot.inFlight).toBe(0);
  });

  it('takes the end and the failure of a handler for answers, whoever they come from', async () => {
    const stage = await learned();
    const empty = await hedged(stage);
    empty.second.respond(undefined);
    await stage.settle();
    expect([empty.sink.values, empty.sink.label]).toEqual([[], 'complete']);
    const failed = await hedged(stage);
    failed.second.fail('no stock');
    await stage.settle();
    expect([failed.sink.reason, failed.sink.label]).toEqual(['no stock', 'HANDLER_FAILED']);
    expect(failed.first.isOpen).toBe(false);
  });

  it('is not answered by a hedge that was refused', async () => {
    const stage = await learned();
    for (const refuse of [
      (stream: IncomingStream) => stream.reject(RejectReason.Overloaded, '', 100),
      (stream: IncomingStream) => stream.fail('no such pattern', 'NO_HANDLER'),
      (stream: IncomingStream) => stream.fail('a defect', 'INTERNAL_ERROR'),
    ]) {
      const { sink, first, second } = await hedged(stage);
      refuse(second);
      await stage.settle();
      expect(sink.label).toBe('open');
      expect(stage.snapshot.inFlight).toBe(1);
      first.respond('late');
      await stage.advance(200);
      expect([sink.values, sink.label]).toEqual([['late'], 'complete']);
    }
  });

  it('goes on with its hedge when its own attempt is lost, and needs no retry', async () => {
    const stage = await learned();
    const { sink, home, second } = await hedged(stage);
    await stage.crash(home);
    expect([sink.label, stage.snapshot.inFlight]).toEqual(['open', 1]);
    second.next('one');
    await stage.settle();
    second.respond('two');
    await stage.settle();
    expect([sink.values, sink.label]).toEqual([['one', 'two'], 'complete']);
    expect(countsOf(stage)).toMatchObject({ hedgesWon: 0, retried: 0 });
  });

  it('is answered when its reply cannot be sent, and the hedge is cancelled', async () => {
    const stage = await learned();
    const { sink, first, second } = await hedged(stage);
    first.respond(1n);
    await stage.settle();
    expect([sink.label, second.stopReason]).toEqual(['UNSERIALIZABLE_REPLY yes', 'cancel']);
    expect(stage.snapshot.inFlight).toBe(0);
  });

  it('knows that a lost hedge may have run', async () => {
    const stage = await learned({ maxAttempts: 2 });
    const { sink, other, first } = await hedged(stage);
    await stage.crash(other);
    expect(sink.label).toBe('open');
    first.reject(RejectReason.Overloaded, '');
    await stage.settle();
    expect(sink.label).toBe('REJECTED maybe');
  });

  it('hears the rest of a streamed reply from whoever sent the first value', async () => {
    const stage = await learned();
    const { sink, first, second } = await hedged(stage);
    second.next(1);
    await stage.settle();
    first.next('too late');
    second.next(2);
    await stage.settle();
    second.fail('broken');
    await stage.settle();
    expect([sink.values, sink.label]).toEqual([[1, 2], 'HANDLER_FAILED']);
  });

  it('is cancelled with its hedge', async () => {
    const stage = await learned();
    const { sink, first, second } = await hedged(stage);
    sink.call.cancel();
    await stage.settle();
    expect([first.stopReason, second.stopReason, sink.label]).toEqual(['cancel', 'cancel', 'open']);
    expect(stage.snapshot.inFlight).toBe(0);
  });

  it('can be cancelled by whoever takes the first value of the hedge', async () => {
    const stage = await learned();
    const sink = new Sink();
    sink.next = () => sink.call.cancel();
    sink.call = stage.call({ idempotent: true }, sink).call;
    await stage.advance(40);
    for (const stream of [...openAt(stage, A), ...openAt(stage, B)].slice(-1)) stream.respond(1);
    await stage.settle();
    expect(sink.ends).toEqual([]);
    expect(stage.snapshot.inFlight).toBe(0);
    expect([...openAt(stage, A), ...openAt(stage, B)]).toEqual([]);
  });

  it('keeps its deadline, and so does the hedge', async () => {
    const stage = await learned();
    const { sink, first, second } = await hedged(stage, { deadlineMs: 100 });
    expect(second.request.timeoutMs).toBeGreaterThan(50);
    expect(second.request.timeoutMs).toBeLessThanOrEqual(80);
    await stage.advance(90);
    expect(sink.label).toBe('DEADLINE_EXCEEDED maybe');
    expect([first.isOpen, second.isOpen, stage.snapshot.inFlight]).toEqual([false, false, 0]);
  });

  it('gets further hedges, each at an endpoint of its own, as many as may be', async () => {
    const hedge = { percentile: 0.9, minDelayMs: 20, maxHedges: 2 };
    const stage = await learned({ hedge, maxAttempts: 4 }, [A, B, C]);
    const sink = stage.call({ idempotent: true, payload: 'slow', deadlineMs: 0 });
    await stage.advance(500);
    const open = [A, B, C].map((address) => openAt(stage, address).length);
    expect(open).toEqual([1, 1, 1]);
    openAt(stage, C)[0]!.respond('c');
    await stage.settle();
    expect([sink.values, sink.label, stage.snapshot.inFlight]).toEqual([['c'], 'complete', 0]);
    expect([A, B, C].flatMap((address) => openAt(stage, address))).toEqual([]);
  });

  it('leaves nothing behind', async () => {
    const stage = await learned();
    await hedged(stage);
    stage.pool.destroy();
    await stage.advance(2_000);
    for (const address of [A, B]) stage.service(address).kill();
    await stage.advance(2_000);
    expect(stage.leftovers).toEqual(NOTHING_LEFT);
  });
});

describe('a slow call is not hedged', () => {
  async function hedgesOf(
    options: PoolOptionsInput,
    request: Partial<CallRequest>,
    services?: readonly string[],
  ): Promise<number> {
    const stage = await learned(options, services);
    stage.call({ idempotent: true, ...request });
    await stage.advance(500);
    return stage.snapshot.calls.hedges;
  }

  it('unless it may run twice', async () => {
    expect(await hedgesOf({}, { idempotent: false })).toBe(0);
    expect(await hedgesOf({}, { idempotent: true })).toBe(1);
  });

  it.each<[string, PoolOptionsInput, readonly string[]]>([
    ['by a pool that was not asked to', { hedge: false }, [A, B]],
    ['where it has used up its attempts', { maxAttempts: 1 }, [A, B]],
    ['without a budget', { retry: { budgetRatio: 0, budgetPerSecond: 0 } }, [A, B]],
    ['where there is no other endpoint', {}, [A]],
    ['where no further call may be in flight', { maxInFlight: 1, whenUnavailable: 'wait' }, [A, B]],
  ])('%s', async (_why, options, services) => {
    expect(await hedgesOf(options, {}, services)).toBe(0);
  });

  it('before anything is known of its pattern', async () => {
    const stage = await learned();
    stage.call({ idempotent: true, pattern: 'orders.list' });
    await stage.advance(500);
    expect(stage.snapshot.calls.hedges).toBe(0);
  });

  it('when its reply is consumed at a pace', async () => {
    const stage = await learned();
    const sink: RecordedSink = new Sink();
    sink.call = stage.pool.callPaced(
      {
        pattern: 'orders.get',
        isPatternJson: false,
        payload: 1,
        metadata: undefined,
        deadlineMs: 0,
        idempotent: true,
      },
      sink,
    );
    await stage.advance(500);
    expect(stage.snapshot.calls.hedges).toBe(0);
  });

  it('after its first value', async () => {
    const stage = await learned();
    const { home } = await slow(stage);
    openAt(stage, home)[0]!.next(1);
    await stage.advance(500);
    expect(stage.snapshot.calls.hedges).toBe(0);
  });

  it('beyond the budget of all calls: the pool sends no more than its share on top', async () => {
    const stage = await learned({ retry: { budgetRatio: 0.1, budgetPerSecond: 0 } });
    stage.calls(60, { idempotent: true });
    await stage.advance(500);
    expect([9, 10]).toContain(stage.snapshot.calls.hedges);
  });
});
