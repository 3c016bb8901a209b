import { describe, expect, it } from 'vitest';
import { A, B, NOTHING_LEFT, PoolStage } from '../../support/pool-stage.js';
import type { RecordedSink } from '../../support/recorded-sink.js';

const FULL = { server: { maxStreams: 1 } };

describe('a call', () => {
  it('connects a lazy pool, waits for the connection, and is answered', async () => {
    const stage = await PoolStage.idle();
    expect(stage.network.dials).toBe(0);
    const sink = stage.call({ payload: { id: 7 } });
    expect(stage.snapshot.waiters).toBe(1);
    await stage.settle();
    expect([sink.values, sink.label]).toEqual([[{ id: 7 }], 'complete']);
    expect(stage.snapshot.calls).toMatchObject({ started: 1, succeeded: 1 });
  });

  it('goes out at once on a ready connection', async () => {
    const stage = await PoolStage.ready();
    const sink = stage.call();
    expect([stage.snapshot.waiters, stage.snapshot.inFlight]).toEqual([0, 1]);
    await stage.settle();
    expect(sink.label).toBe('complete');
  });

  it('is a failure with a code when its data cannot be encoded, and harms no other', async () => {
    const stage = await PoolStage.ready();
    const circular: { self?: unknown } = {};
    circular.self = circular;
    const [bad, good] = [stage.call({ payload: circular }), stage.call()];
    expect(bad.label).toBe('UNSERIALIZABLE_PAYLOAD no');
    await stage.settle();
    expect(good.label).toBe('complete');
    expect(stage.snapshot.inFlight).toBe(0);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])(
    'with a deadline of %s ms is refused with the allowed range',
    async (deadlineMs) => {
      const stage = await PoolStage.ready();
      const sink = stage.call({ deadlineMs });
      expect(sink.label).toBe('INVALID_OPTIONS no');
      expect(sink.failure.message).toContain('from 0 to 2147483647');
      expect(stage.snapshot.inFlight).toBe(0);
    },
  );
});

describe('a call that no connection can take', () => {
  it('waits, first come first served', async () => {
    const stage = await PoolStage.ready({ pool: { maxConnections: 1 } }, FULL);
    stage.service().hold();
    stage.calls(3);
    for (const payload of ['first', 'second', 'third']) stage.call({ payload });
    await stage.settle();
    expect(stage.snapshot.waiters).toBe(5);
    stage.service().release();
    await stage.advance(1);
    const order = stage.service().requests.map((stream) => stream.request.payload);
    expect(order.slice(-3)).toEqual(['first', 'second', 'third']);
  });

  it('gives up after acquireTimeoutMs, with the counts', async () => {
    const stage = await PoolStage.ready(
      { name: 'orders', acquireTimeoutMs: 1_000, pool: { maxConnections: 1 } },
      FULL,
    );
    stage.service().hold();
    stage.call();
    const [first, second] = stage.calls(2);
    await stage.advance(999);
    expect(first!.label).toBe('open');
    await stage.advance(1);
    expect([first!.label, second!.label]).toEqual(['ACQUIRE_TIMEOUT no', 'ACQUIRE_TIMEOUT no']);
    expect(first!.failure.message).toBe(
      'no connection to orders at tcp://a:1 within 1000 ms: 1 of 1 connections ready, all full, 1 waiting',
    );
    expect(first!.failure.retryable).toBe(true);
  });

  it('says in its failure why there is no connection', async () => {
    const stage = await PoolStage.idle({ acquireTimeoutMs: 1_500 });
    stage.network.answers.set(A, 'refuse');
    const sink = stage.call();
    await stage.advance(1_500);
    expect(sink.label).toBe('ACQUIRE_TIMEOUT no');
    expect(sink.failure.message).toContain(
      '0 of 4 connections ready, last failure: cannot connect to tcp://a:1: connect ECONNREFUSED',
    );
    expect(sink.failure.cause).toMatchObject({ code: 'CONNECT_FAILED' });
  });

  it('is refused when the queue is full, with the counts', async () => {
    const stage = await PoolStage.ready({ maxWaiters: 2, pool: { maxConnections: 1 } }, FULL);
    stage.service().hold();
    const sinks = stage.calls(3);
    const refused = stage.call();
    expect(refused.label).toBe('WAITERS_FULL no');
    expect(refused.failure.message).toContain('2 of 2 waiting');
    stage.service().release();
    await stage.settle();
    expect(sinks.map((sink) => sink.label)).toEqual(Array(3).fill('complete'));
  });

  it('is not passed by one that comes later', async () => {
    const stage = await PoolStage.ready({ pool: { maxConnections: 1 } }, FULL);
    stage.service().hold();
    const [running] = stage.calls(2, { payload: 'early' });
    await stage.settle();
    running!.call.cancel();
    stage.call({ payload: 'late' });
    await stage.settle();
    expect(stage.service().requests.map((stream) => stream.request.payload)).toEqual([
      'early',
      'early',
    ]);
  });

  it('waits its whole time, whatever others in the queue do', async () => {
    const stage = await PoolStage.ready(
      { acquireTimeoutMs: 1_000, pool: { maxConnections: 1 } },
      FULL,
    );
    stage.service().hold();
    stage.call();
    const early = stage.call();
    const again = stage.call();
    // Whoever gives up asks again, from inside the failure.
    early.error = () => void stage.call({}, again);
    await stage.advance(600);
    const late = stage.call();
    await stage.advance(400);
    expect(late.label).toBe('open');
    await stage.advance(600);
    expect(late.label).toBe('ACQUIRE_TIMEOUT no');
  });
});

describe('maxInFlight', () => {
  const options = { maxInFlight: 2 };

  it('lets further calls wait until others have ended, and never one more', async () => {
    const stage = await PoolStage.ready(options);
    const service = stage.service();
    service.hold();
    const sinks = stage.calls(5);
    await stage.settle();
    expect([service.open.length, stage.snapshot.waiters]).toEqual([2, 3]);
    service.open[0]!.respond('done');
    await stage.settle();
    expect([service.open.length, stage.snapshot.waiters]).toEqual([2, 2]);
    service.release();
    await stage.settle();
    expect(sinks.map((sink) => sink.label)).toEqual(Array(5).fill('complete'));
  });

  it('opens no connections for calls that wait for it', async () => {
    const stage = await PoolStage.ready({ ...options, pool: { maxConnections: 4 } });
    stage.service().hold();
    stage.calls(5);
    await stage.advance(4_000);
    expect(stage.endpoint().connections.length).toBe(1);
  });

  it('says how many are in flight when the wait is over', async () => {
    const stage = await PoolStage.ready({ ...options, acquireTimeoutMs: 100 });
    stage.service().hold();
    const sinks = stage.calls(3);
    await stage.advance(100);
    expect(sinks[2]!.label).toBe('ACQUIRE_TIMEOUT no');
    expect(sinks[2]!.failure.message).toContain('2 of 2 calls in flight');
  });

  it('fails at once when the pool is set to fail fast', async () => {
    const stage = await PoolStage.ready({ ...options, whenUnavailable: 'fail' });
    stage.service().hold();
    const sinks = stage.calls(3);
    expect(sinks.map((sink) => sink.label)).toEqual(['open', 'open', 'IN_FLIGHT_LIMIT no']);
    stage.service().release();
    await stage.settle();
    expect(stage.call().label).toBe('open');
  });

  it('counts a cancelled call no longer', async () => {
    const stage = await PoolStage.ready({ ...options, whenUnavailable: 'fail' });
    stage.service().hold();
    const [first] = stage.calls(2);
    first!.call.cancel();
    expect(stage.call().label).toBe('open');
    expect(stage.call().label).toBe('IN_FLIGHT_LIMIT no');
  });

  it('counts events that are not with their link yet', async () => {
    const stage = await PoolStage.ready({ ...options, whenUnavailable: 'fail' });
    expect([stage.emit(), stage.emit(), stage.emit()].map((sink) => sink.label)).toEqual([
      'open',
      'open',
      'IN_FLIGHT_LIMIT no',
    ]);
    await stage.settle();
    expect(stage.emit().label).toBe('open');
  });
});

describe('whenUnavailable: fail', () => {
  const options = { whenUnavailable: 'fail' as const };

  it('waits for the first connection', async () => {
    const stage = await PoolStage.idle(options);
    const sink = stage.call();
    await stage.settle();
    expect(sink.label).toBe('complete');
  });

  it('waits for the first connection also without a minimum', async () => {
    const stage = await PoolStage.idle({ ...options, pool: { minConnections: 0 } });
    const sink = stage.call();
    await stage.settle();
    expect(sink.label).toBe('complete');
  });

  it('fails all that wait as soon as no endpoint is connecting', async () => {
    const stage = await PoolStage.idle(options, { services: [A, B] });
    stage.network.answers.set(A, 'refuse');
    stage.network.answers.set(B, 'silence');
    const sinks = stage.calls(3);
    await stage.settle();
    expect(sinks.map((sink) => sink.label)).toEqual(Array(3).fill('open'));
    await stage.advance(1_000);
    expect(sinks.map((sink) => sink.label)).toEqual(Array(3).fill('NO_CONNECTION no'));
    expect(sinks[0]!.failure.message).toContain(
      '0 of 8 connections ready, last failure: no connection from tcp://b:1 within 1000 ms',
    );
    expect(sinks[0]!.failure.cause).toMatchObject({ code: 'CONNECT_TIMEOUT' });
  });

  it('fails at once while the pool waits to connect again, and does not make that come sooner', async () => {
    const stage = await PoolStage.idle({ ...options, reconnect: { initialBackoffMs: 20_000 } });
    stage.network.answers.set(A, 'refuse');
    stage.pool.start();
    await stage.settle();
    expect(stage.call().label).toBe('NO_CONNECTION no');
    expect(stage.endpoint().nextAttemptInMs).toBeGreaterThan(19_000);
  });

  it('fails at once when all connections are full', async () => {
    const stage = await PoolStage.ready({ ...options, pool: { maxConnections: 1 } }, FULL);
    stage.service().hold();
    const [first, second] = stage.calls(2);
    expect([first!.label, second!.label]).toEqual(['open', 'NO_CONNECTION no']);
    expect(second!.failure.message).toContain('1 of 1 connections ready, all full');
  });

  it('waits for one more connection where one may be opened', async () => {
    const stage = await PoolStage.ready({ ...options, pool: { maxConnections: 2 } }, FULL);
    stage.service().hold();
    const sinks = stage.calls(3);
    expect(sinks.map((sink) => sink.label)).toEqual(['open', 'open', 'open']);
    await stage.settle();
    expect(sinks.map((sink) => sink.label)).toEqual(['open', 'open', 'NO_CONNECTION no']);
  });

  it('leaves nothing behind', async () => {
    const stage = await PoolStage.idle(options);
    stage.network.answers.set(A, 'refuse');
    stage.calls(3);
    await stage.advance(10_000);
    await stage.pool.close();
    expect(stage.leftovers).toEqual(NOTHING_LEFT);
  });

  it('sends a call or fails it, never both, while a connection takes the place of another', async () => {
    const pool = {
      maxConnections: 1,
      maxTotalConnections: 2,
      highWatermark: 1,
      lowWatermark: 0,
      lifetimeMs: 1_000,
      lifetimeJitterRatio: 0,
    };
    const stage = await PoolStage.ready({ ...options, pool }, { server: { maxStreams: 3 } });
    stage.service().hold();
    stage.calls(3);
    const sinks: RecordedSink[] = [];
    // While the replacement is on its way, these wait for it.
    stage.network.onPair = () => {
      if (sinks.length === 0) sinks.push(...stage.calls(3));
    };
    await stage.advance(2_000);
    stage.service().release();
    await stage.settle();
    expect(sinks.map((sink) => sink.label)).toEqual(Array(3).fill('complete'));
    expect(stage.service().requests.length).toBe(6);
  });
});
