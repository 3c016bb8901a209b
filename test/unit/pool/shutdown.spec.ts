import { describe, expect, it } from 'vitest';
import { A, B, NOTHING_LEFT, PoolStage, requestOf } from '../../support/pool-stage.js';
import { RecordedSink } from '../../support/recorded-sink.js';

/** Whether a promise has been settled, and how. */
function watch(promise: Promise<unknown>): { state: string } {
  const watched = { state: 'pending' };
  promise.then(
    () => (watched.state = 'resolved'),
    (error: { code?: string }) => (watched.state = error.code ?? 'rejected'),
  );
  return watched;
}

async function stageWithHeldCalls(count: number) {
  const stage = await PoolStage.ready();
  stage.service().hold();
  const sinks = stage.calls(count);
  await stage.settle();
  return { stage, sinks };
}

describe('close()', () => {
  it('lets calls in flight finish, refuses new ones, and leaves nothing behind', async () => {
    const { stage, sinks } = await stageWithHeldCalls(2);
    const closed = watch(stage.pool.close());
    const [late, lateEvent] = [stage.call(), stage.emit()];
    expect([late.label, lateEvent.label]).toEqual(['POOL_CLOSED no', 'POOL_CLOSED no']);
    await stage.advance(5_000);
    expect([closed.state, stage.pool.state]).toEqual(['pending', 'draining']);
    stage.service().release();
    await stage.settle();
    expect(sinks.map((sink) => sink.label)).toEqual(['complete', 'complete']);
    expect([closed.state, stage.pool.state]).toEqual(['resolved', 'closed']);
    expect(stage.leftovers).toEqual(NOTHING_LEFT);
  });

  it('serves calls that wait, within its time', async () => {
    const stage = await PoolStage.idle();
    const sinks = stage.calls(3);
    const closed = watch(stage.pool.close());
    await stage.settle();
    expect(sinks.map((sink) => sink.label)).toEqual(Array(3).fill('complete'));
    expect(closed.state).toBe('resolved');
  });

  it('still sends elsewhere what was refused unrun', async () => {
    const stage = await PoolStage.ready({}, { services: [A, B] });
    const sinks = stage.calls(6);
    const closed = watch(stage.pool.close());
    stage.service(A).goAway();
    await stage.advance(100);
    expect(sinks.map((sink) => sink.label)).toEqual(Array(6).fill('complete'));
    expect(closed.state).toBe('resolved');
  });

  it('fails what is not done in time: in flight perhaps run, waiting not', async () => {
    const stage = await PoolStage.ready(
      { pool: { maxConnections: 1 }, acquireTimeoutMs: 60_000 },
      { server: { maxStreams: 1 } },
    );
    stage.service().hold();
    const [running, waiting] = stage.calls(2);
    await stage.settle();
    const closed = watch(stage.pool.close(3_000));
    await stage.advance(2_999);
    expect(closed.state).toBe('pending');
    await stage.advance(1);
    expect(running!.label).toBe('CONNECTION_LOST maybe');
    expect(waiting!.label).toBe('POOL_CLOSED no');
    expect(running!.failure.message).toContain(
      'the pool default was closed before the call was settled',
    );
    expect([closed.state, stage.leftovers]).toEqual(['resolved', NOTHING_LEFT]);
  });

  it('takes drainTimeoutMs when it is not told how long', async () => {
    const stage = await PoolStage.ready({ drainTimeoutMs: 700 });
    stage.service().hold();
    const sink = stage.call();
    const closed = watch(stage.pool.close());
    await stage.advance(699);
    expect(sink.label).toBe('open');
    await stage.advance(1);
    expect([sink.label, closed.state]).toEqual(['CONNECTION_LOST maybe', 'resolved']);
  });

  it('waits for events that are not with their link', async () => {
    const stage = await PoolStage.idle();
    const sinks = [stage.emit(), stage.emit()];
    const closed = watch(stage.pool.close());
    await stage.settle();
    expect(sinks.map((sink) => sink.label)).toEqual(['complete', 'complete']);
    expect([closed.state, stage.service().events.length]).toEqual(['resolved', 2]);
  });

  it('is the same close for all who ask, also from inside its own events', async () => {
    const stage = await PoolStage.ready();
    const inner: Promise<void>[] = [];
    for (const name of ['stateChanged', 'connectionDraining', 'closed'] as const)
      stage.pool.on(name, () => void inner.push(stage.pool.close()));
    const first = stage.pool.close();
    await stage.settle();
    await first;
    expect(inner.length).toBeGreaterThan(2);
    expect(inner.every((each) => each === first)).toBe(true);
    expect(stage.events.filter((name) => name === 'closed').length).toBe(1);
    expect(stage.pool.close()).toBe(first);
  });

  it('of a pool that was never used is done at once, and that pool stays closed', async () => {
    const stage = await PoolStage.idle();
    const closed = watch(stage.pool.close());
    stage.pool.start();
    const sink = stage.call();
    await stage.settle();
    expect([closed.state, stage.pool.state, sink.label]).toEqual([
      'resolved',
      'closed',
      'POOL_CLOSED no',
    ]);
    expect([stage.network.dials, stage.leftovers]).toEqual([0, NOTHING_LEFT]);
  });

  it.each(['accept', 'refuse', 'silence'] as const)(
    'while it connects (%s) gives that up, and ready() with it',
    async (answer) => {
      const stage = await PoolStage.idle();
      stage.network.answers.set(A, answer);
      const ready = watch(stage.pool.ready());
      const closed = watch(stage.pool.close());
      await stage.settle();
      expect([ready.state, closed.state]).toEqual(['POOL_CLOSED', 'resolved']);
      expect(stage.events).not.toContain('connectFailed');
      expect(stage.snapshot.connects.failed.abandoned).toBe(1);
      expect(stage.leftovers).toEqual(NOTHING_LEFT);
    },
  );

  it('while it shakes hands gives that up', async () => {
    const stage = await PoolStage.idle();
    stage.network.onPair = (pair) => pair.toServer.stall();
    stage.pool.start();
    await stage.settle();
    const closed = watch(stage.pool.close());
    stage.network.pairs[0]!.flow();
    await stage.settle();
    expect([closed.state, stage.leftovers]).toEqual(['resolved', NOTHING_LEFT]);
  });

  it('while it waits to connect again forgets about that', async () => {
    const stage = await PoolStage.idle();
    stage.network.answers.set(A, 'refuse');
    stage.pool.start();
    await stage.settle();
    expect(stage.endpoint().state).toBe('backoff');
    const closed = watch(stage.pool.close());
    await stage.settle();
    expect([closed.state, stage.leftovers]).toEqual(['resolved', NOTHING_LEFT]);
  });

  it('does not wait for ever for a peer that never ends', async () => {
    const stage = await PoolStage.ready();
    stage.network.pairs[0]!.stall();
    const closed = watch(stage.pool.close());
    await stage.advance(2_000);
    expect(closed.state).toBe('resolved');
    expect([stage.clock.timerCount, stage.network.pairs[0]!.client.isClosed]).toEqual([0, true]);
  });

  it('refuses ready() from then on', async () => {
    const { stage } = await stageWithHeldCalls(1);
    void stage.pool.close();
    const during = watch(stage.pool.ready());
    stage.service().release();
    await stage.settle();
    const after = watch(stage.pool.ready());
    await stage.settle();
    expect([during.state, after.state]).toEqual(['POOL_CLOSED', 'POOL_CLOSED']);
  });

  it('closes connections that were draining before', async () => {
    const { stage, sinks } = await stageWithHeldCalls(1);
    stage.service().goAway();
    await stage.settle();
    const closed = watch(stage.pool.close(500));
    await stage.advance(500);
    expect([sinks[0]!.label, closed.state]).toEqual(['CONNECTION_LOST maybe', 'resolved']);
    expect(stage.leftovers).toEqual(NOTHING_LEFT);
  });
});

describe('destroy()', () => {
  it('fails everything at once and leaves nothing behind', async () => {
    const { stage, sinks } = await stageWithHeldCalls(2);
    stage.pool.destroy();
    await stage.settle();
    expect(sinks.map((sink) => sink.label)).toEqual(Array(2).fill('CONNECTION_LOST maybe'));
    expect([stage.pool.state, stage.leftovers]).toEqual(['closed', NOTHING_LEFT]);
  });

  it('hastens a close that waits', async () => {
    const { stage, sinks } = await stageWithHeldCalls(1);
    const closed = watch(stage.pool.close());
    await stage.advance(100);
    stage.pool.destroy();
    await stage.settle();
    expect([sinks[0]!.label, closed.state]).toEqual(['CONNECTION_LOST maybe', 'resolved']);
    expect(stage.leftovers).toEqual(NOTHING_LEFT);
  });

  it('sends nothing again, not even what was never written', async () => {
    const stage = await PoolStage.ready({}, { services: [A, B] });
    const sinks = stage.calls(4, { idempotent: true });
    stage.pool.destroy();
    await stage.advance(5_000);
    expect(sinks.map((sink) => sink.label)).toEqual(Array(4).fill('CONNECTION_LOST no'));
    expect(stage.service(A).requests.length + stage.service(B).requests.length).toBe(0);
  });

  it('is called twice, or after close(), without effect', async () => {
    const stage = await PoolStage.ready();
    await Promise.all([stage.pool.close(), stage.settle()]);
    stage.pool.destroy();
    stage.pool.destroy();
    await stage.settle();
    expect(stage.leftovers).toEqual(NOTHING_LEFT);
  });

  it('from inside any event of the pool leaves nothing behind', async () => {
    for (const name of [
      'endpointsChanged',
      'connectionOpened',
      'connected',
      'stateChanged',
      'connectFailed',
      'reconnecting',
      'connectionClosed',
      'disconnected',
    ] as const) {
      const stage = await PoolStage.idle({ pool: { minConnections: 2 } }, { services: [A, B] });
      stage.network.answers.set(B, 'refuse');
      stage.pool.on(name, () => stage.pool.destroy());
      const sinks = stage.calls(2);
      await stage.advance(10);
      stage.service(A).kill();
      await stage.advance(5_000);
      expect([name, stage.pool.state, stage.leftovers]).toEqual([name, 'closed', NOTHING_LEFT]);
      expect(sinks.every((sink) => sink.ends.length === 1)).toBe(true);
    }
  });

  it('fails a call whose consumer makes another one, once each', async () => {
    const { stage } = await stageWithHeldCalls(0);
    const second = new RecordedSink();
    const first = new RecordedSink();
    first.error = (error, code) => {
      RecordedSink.prototype.error.call(first, error, code);
      stage.pool.call(requestOf(), second);
    };
    stage.call({}, first);
    stage.pool.destroy();
    await stage.settle();
    expect([first.ends, second.ends]).toEqual([['CONNECTION_LOST'], ['POOL_CLOSED']]);
  });
});
