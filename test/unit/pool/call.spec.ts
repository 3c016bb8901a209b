import { describe, expect, it } from 'vitest';
import type { IncomingStream } from '../../../lib/connection/incoming-stream.js';
import { SocketPoolError } from '../../../lib/errors/socket-pool-error.js';
import { PoolStage, requestOf } from '../../support/pool-stage.js';
import { RecordedSink } from '../../support/recorded-sink.js';

const LONELY = { pool: { maxConnections: 1 } };
const FULL = { server: { maxStreams: 1 } };

/** A stage with calls that are held by the server. */
async function stageWithHeldCalls(count: number) {
  const stage = await PoolStage.ready();
  stage.service().hold();
  const sinks = stage.calls(count);
  await stage.settle();
  return { stage, sinks };
}

describe('the reply of a call', () => {
  it('has many values in order, or none', async () => {
    const stage = await PoolStage.ready();
    stage.service().answer = (stream) => {
      const { payload } = stream.request;
      if (payload === 'many') for (const value of [1, 2, 3]) stream.next(value);
      stream.respond(undefined);
    };
    const [many, none] = [stage.call({ payload: 'many' }), stage.call({ payload: 'none' })];
    await stage.settle();
    expect([many.values, many.label]).toEqual([[1, 2, 3], 'complete']);
    expect([none.values, none.label]).toEqual([[], 'complete']);
  });

  it('is what the handler threw, as it was sent, when it failed', async () => {
    const stage = await PoolStage.ready();
    stage.service().answer = (stream) => stream.fail({ status: 'error', message: 'sold out' });
    const sink = stage.call();
    await stage.settle();
    expect(sink.ends).toEqual(['HANDLER_FAILED']);
    expect(sink.reason).toEqual({ status: 'error', message: 'sold out' });
    expect(stage.snapshot.calls).toMatchObject({ failed: 1, succeeded: 0 });
  });

  it('is a failure of the transport when the server says that it is one', async () => {
    const stage = await PoolStage.ready();
    stage.service().answer = (stream) => stream.fail('too deep', 'UNSERIALIZABLE_REPLY');
    const sink = stage.call();
    await stage.settle();
    expect(sink.label).toBe('UNSERIALIZABLE_REPLY yes');
    expect(sink.failure).toMatchObject({ origin: 'remote' });
    expect(sink.failure?.message).toMatch(/^orders\.get failed at tcp:\S+: too deep$/);
  });

  it('comes as it is consumed when the caller paces it', async () => {
    const stage = await PoolStage.ready({ initialCreditBytes: 1_024 });
    let source: IncomingStream | undefined;
    stage.service().answer = (stream) => (source = stream);
    const sink = new RecordedSink();
    const credits: number[] = [];
    sink.next = (_value, creditBytes?: number) => void credits.push(creditBytes ?? 0);
    const call = stage.pool.callPaced(requestOf(), sink);
    await stage.settle();
    source!.next('x'.repeat(2_000));
    await stage.settle();
    expect(source!.canSend).toBe(false);
    call.consumed(credits[0]!);
    await stage.settle();
    expect(source!.canSend).toBe(true);
  });
});

describe('a deadline', () => {
  it('ends a call in flight, which may have run, and the work for it', async () => {
    const { stage } = await stageWithHeldCalls(0);
    const sink = stage.call({ deadlineMs: 100 });
    await stage.advance(99);
    expect(sink.label).toBe('open');
    await stage.advance(11);
    expect(sink.label).toBe('DEADLINE_EXCEEDED maybe');
    expect(sink.failure.message).toBe(
      'orders.get at default was not settled within 100 ms (attempt 1, at tcp://a:1)',
    );
    expect(stage.service().requests[0]!.stopReason).toBe('cancel');
    expect(stage.snapshot.calls).toMatchObject({ deadlineExceeded: 1, failed: 0 });
  });

  it('ends a waiting call, which has certainly not run', async () => {
    const stage = await PoolStage.ready(LONELY, FULL);
    stage.service().hold();
    stage.call();
    const sink = stage.call({ deadlineMs: 100 });
    await stage.advance(110);
    expect(sink.label).toBe('DEADLINE_EXCEEDED no');
    expect(stage.snapshot.waiters).toBe(0);
  });

  it('is that of the pool unless the call has its own, and 0 is none', async () => {
    const { stage } = await stageWithHeldCalls(0);
    const usual = stage.call();
    const endless = stage.call({ deadlineMs: 0 });
    await stage.advance(30_010);
    expect([usual.label, endless.label]).toEqual(['DEADLINE_EXCEEDED maybe', 'open']);
  });

  it('travels as the time that is left when the call leaves', async () => {
    const stage = await PoolStage.ready(LONELY, FULL);
    stage.service().hold();
    const first = stage.call({ deadlineMs: 0 });
    stage.call({ deadlineMs: 1_000 });
    await stage.advance(400);
    first.call.cancel();
    await stage.settle();
    const times = stage.service().requests.map((stream) => stream.request.timeoutMs);
    expect(times).toEqual([0, 600]);
  });

  it('counts from the call, however long the turn has lasted before it', async () => {
    const { stage } = await stageWithHeldCalls(0);
    stage.call();
    stage.clock.block(500);
    const sink = stage.call({ deadlineMs: 100 });
    await stage.advance(90);
    expect(sink.label).toBe('open');
    await stage.advance(20);
    expect(sink.label).toBe('DEADLINE_EXCEEDED maybe');
  });

  it('that passes while the loop is blocked is noticed as soon as it is free', async () => {
    const { stage } = await stageWithHeldCalls(0);
    const [early, late] = [stage.call({ deadlineMs: 100 }), stage.call({ deadlineMs: 5_000 })];
    stage.clock.block(1_000);
    await stage.advance(0);
    expect([early.label, late.label]).toEqual(['DEADLINE_EXCEEDED maybe', 'open']);
  });

  it('after values of the reply says that the call ran', async () => {
    const stage = await PoolStage.ready();
    stage.service().answer = (stream) => stream.next('first of many');
    const sink = stage.call({ deadlineMs: 100 });
    await stage.advance(110);
    expect([sink.values, sink.label]).toEqual([['first of many'], 'DEADLINE_EXCEEDED yes']);
  });
});

describe('giving a call up', () => {
  it('tells the server, and the caller hears nothing more', async () => {
    const { stage, sinks } = await stageWithHeldCalls(1);
    sinks[0]!.call.cancel();
    sinks[0]!.call.cancel();
    await stage.settle();
    expect(stage.service().requests[0]!.stopReason).toBe('cancel');
    expect([sinks[0]!.label, sinks[0]!.call.isSettled]).toEqual(['open', true]);
    expect(stage.snapshot).toMatchObject({ inFlight: 0, calls: { cancelled: 1 } });
  });

  it('takes a waiting call out of the queue', async () => {
    const stage = await PoolStage.ready(LONELY, FULL);
    stage.service().hold();
    stage.call();
    const sink = stage.call();
    sink.call.unsubscribe();
    expect(stage.snapshot.waiters).toBe(0);
    stage.service().release();
    await stage.settle();
    expect(stage.service().requests.length).toBe(1);
  });

  it('does nothing to a call that is settled', async () => {
    const stage = await PoolStage.ready();
    const sink = stage.call();
    await stage.settle();
    sink.call.cancel();
    sink.call.consumed(100);
    expect(stage.snapshot.calls).toMatchObject({ succeeded: 1, cancelled: 0 });
  });

  it('stops values that have arrived already', async () => {
    const stage = await PoolStage.ready();
    stage.service().answer = (stream) => {
      for (const value of [1, 2, 3]) stream.next(value);
      stream.respond(4);
    };
    const sink = new RecordedSink();
    sink.next = (value) => {
      sink.values.push(value);
      if (value === 2) sink.call.cancel();
    };
    stage.call({}, sink);
    await stage.settle();
    expect([sink.values, sink.label]).toEqual([[1, 2], 'open']);
  });
});

describe('a call that was made for something that has ended', () => {
  it('fails, may have run, and ends the work for it', async () => {
    const { stage, sinks } = await stageWithHeldCalls(0);
    expect(sinks).toEqual([]);
    const sink = new RecordedSink();
    const call = stage.pool.call(requestOf(), sink);
    await stage.settle();
    const [stream] = stage.service().open;
    call.giveUp(new Error('the caller gave up'));
    call.giveUp(new Error('again'));
    await stage.settle();
    expect(sink.label).toBe('CANCELLED maybe');
    expect(sink.failure.message).toContain('the caller gave up');
    expect(stream!.isOpen).toBe(false);
    expect(stage.snapshot.calls).toMatchObject({ cancelled: 1, failed: 0 });
  });

  it('has not run when it still waits, and says so when time was the reason', async () => {
    const stage = await PoolStage.idle();
    const sink = new RecordedSink();
    const call = stage.pool.call(requestOf(), sink);
    call.giveUp(new SocketPoolError('DEADLINE_EXCEEDED', 'the deadline passed'));
    await stage.settle();
    expect(sink.label).toBe('DEADLINE_EXCEEDED no');
    expect(stage.snapshot).toMatchObject({ waiters: 0, calls: { deadlineExceeded: 1 } });
  });
});
