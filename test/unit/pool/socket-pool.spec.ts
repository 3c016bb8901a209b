import { describe, expect, it, vi } from 'vitest';
import { GoAwayReason } from '../../../lib/protocol/frame.js';
import type { PoolSnapshot } from '../../../lib/metrics/snapshot.js';
import { A, B, NOTHING_LEFT, PoolStage } from '../../support/pool-stage.js';

const BOTH = { services: [A, B] };

/** The outcome of a promise once everything has happened that needs `ms`. */
async function outcome(stage: PoolStage, promise: Promise<unknown>, ms = 0): Promise<unknown> {
  let result: unknown = 'pending';
  promise.then(
    (value) => (result = value ?? 'resolved'),
    (error: unknown) => (result = error),
  );
  await stage.advance(ms);
  return result;
}

describe('a pool', () => {
  it('opens nothing, and has no timer, before somebody asks', async () => {
    const stage = await PoolStage.idle();
    await stage.advance(10_000);
    expect([stage.pool.state, stage.network.dials, stage.clock.timerCount]).toEqual(['idle', 0, 0]);
  });

  it('starts with the first call as it does with start()', async () => {
    const [called, started] = [await PoolStage.idle(), await PoolStage.idle()];
    called.call();
    started.pool.start();
    started.pool.start();
    await Promise.all([called.settle(), started.settle()]);
    expect(called.events).toEqual(started.events);
    // One more: the deadlines.
    expect(called.clock.timerCount).toBe(started.clock.timerCount + 1);
  });

  it('tells its events in order', async () => {
    const stage = await PoolStage.ready({ reconnect: { spreadMs: 100 } });
    expect(stage.events).toEqual([
      'endpointsChanged',
      'state starting',
      'connectionOpened',
      'connected',
      'state ready',
    ]);
    stage.events.length = 0;
    await stage.advance(2_000);
    stage.service().kill();
    await stage.settle();
    expect(stage.events).toEqual(['connectionClosed', 'disconnected', 'state unavailable']);
    stage.events.length = 0;
    await stage.advance(100);
    expect(stage.events).toEqual(['reconnecting', 'connectionOpened', 'connected', 'state ready']);
    stage.events.length = 0;
    await Promise.all([stage.pool.close(), stage.settle()]);
    expect(stage.events).toEqual([
      'state draining',
      'connectionDraining',
      'disconnected',
      'connectionClosed',
      'state closed',
      'closed',
    ]);
  });

  it('says connected and disconnected on the flips only', async () => {
    const stage = await PoolStage.ready({ reconnect: { spreadMs: 100 } }, BOTH);
    await stage.advance(2_000);
    await stage.crash(A);
    await stage.advance(5_000);
    const flips = (): string[] => stage.events.filter((name) => name.endsWith('connected'));
    expect(flips()).toEqual(['connected']);
    await stage.crash(B);
    expect(flips()).toEqual(['connected', 'disconnected']);
    await stage.serve(A);
    await stage.advance(200_000);
    expect(flips()).toEqual(['connected', 'disconnected', 'connected']);
  });

  it('is unharmed by listeners that throw', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const stage = await PoolStage.idle();
    for (const name of ['connectionOpened', 'connected', 'stateChanged', 'closed'] as const) {
      stage.pool.on(name, () => {
        throw new Error('broken listener');
      });
    }
    const sink = stage.call();
    await stage.settle();
    expect(sink.label).toBe('complete');
    await Promise.all([stage.pool.close(), stage.settle()]);
    expect([stage.leftovers, warn.mock.calls.length > 0]).toEqual([NOTHING_LEFT, true]);
  });

  it('says what became of a failed attempt, and when the next is', async () => {
    const stage = await PoolStage.idle();
    stage.network.answers.set(A, 'refuse');
    stage.pool.start();
    await stage.settle();
    const failed = stage.payloads.find((each) => each.name === 'connectFailed')!.payload;
    expect(failed).toMatchObject({ pool: 'default', endpoint: A, failures: 1 });
    expect(failed).toMatchObject({ error: { code: 'CONNECT_FAILED' } });
    expect((failed as { retryInMs: number }).retryInMs).toBeGreaterThanOrEqual(1_000);
  });
});

describe('ready()', () => {
  it('resolves with the first connection, for all who wait, and at once later', async () => {
    const stage = await PoolStage.idle();
    const waits = [stage.pool.ready(), stage.pool.ready()];
    expect(await outcome(stage, Promise.all(waits))).toEqual([undefined, undefined]);
    expect(stage.pool.isReady).toBe(true);
    await stage.pool.ready();
  });

  it('opens a connection also without a minimum', async () => {
    const stage = await PoolStage.idle({ pool: { minConnections: 0 } });
    expect(await outcome(stage, stage.pool.ready())).toBe('resolved');
  });

  it.each([
    ['nobody listens', 'refuse', 'CONNECT_FAILED', 0],
    ['nobody answers', 'silence', 'CONNECT_TIMEOUT', 1_000],
  ] as const)('fails when %s', async (_case, answer, code, ms) => {
    const stage = await PoolStage.idle();
    stage.network.answers.set(A, answer);
    expect(await outcome(stage, stage.pool.ready(), ms)).toMatchObject({ code });
  });

  it('fails when the peer accepts and never speaks', async () => {
    const stage = await PoolStage.idle({ connectTimeoutMs: 700 });
    stage.network.onPair = (pair) => pair.toServer.stall();
    const error = await outcome(stage, stage.pool.ready(), 700);
    expect(error).toMatchObject({
      code: 'CONNECT_TIMEOUT',
      message: 'no answer to the hello from tcp://a:1 within 700 ms',
    });
    expect(stage.network.pairs[0]!.client.isClosed).toBe(true);
  });

  it('fails with the reason of a server that turns it away', async () => {
    const stage = await PoolStage.idle();
    const { service } = { service: stage.service() };
    const { onLink } = service;
    service.onLink = (link) => {
      onLink.call(service, link);
      for (const connection of service.connections)
        connection.drain('other', GoAwayReason.TooManyConnections, 'full house');
    };
    expect(await outcome(stage, stage.pool.ready())).toMatchObject({
      code: 'HANDSHAKE_FAILED',
      message: expect.stringContaining('full house') as string,
      retryable: true,
    });
  });

  it('waits for the last endpoint that is connecting', async () => {
    const stage = await PoolStage.idle({}, BOTH);
    stage.network.answers.set(A, 'refuse');
    stage.network.answers.set(B, 'silence');
    const ready = outcome(stage, stage.pool.ready(), 1_000);
    expect(await ready).toMatchObject({ code: 'CONNECT_TIMEOUT' });
    expect(stage.snapshot.connects.failed).toMatchObject({ refused: 1, timeout: 1 });
  });

  it('starts afresh after it failed, without waiting for a long backoff', async () => {
    const stage = await PoolStage.idle({ acquireTimeoutMs: 4_000 });
    stage.network.answers.set(A, 'refuse');
    stage.pool.start();
    await stage.advance(100_000);
    expect(stage.endpoint().nextAttemptInMs).toBeGreaterThan(2_000);
    stage.network.answers.set(A, 'accept');
    expect(await outcome(stage, stage.pool.ready(), 2_000)).toBe('resolved');
  });

  it('fails after acquireTimeoutMs when discovery knows nothing', async () => {
    const discovery = { name: 'empty', watch: () => () => {} };
    const stage = await PoolStage.idle({ discovery, acquireTimeoutMs: 300 });
    expect(await outcome(stage, stage.pool.ready(), 300)).toMatchObject({ code: 'NO_ENDPOINT' });
  });
});

describe('ping()', () => {
  it('measures a round trip', async () => {
    const stage = await PoolStage.ready();
    expect(await outcome(stage, stage.pool.ping())).toBe(0);
  });

  it('fails when no connection is ready', async () => {
    const stage = await PoolStage.idle();
    const error = await outcome(stage, stage.pool.ping());
    expect(error).toMatchObject({ code: 'NO_CONNECTION' });
  });

  it('asks the endpoint that it is given', async () => {
    const stage = await PoolStage.ready({}, BOTH);
    await stage.crash(B);
    expect(await outcome(stage, stage.pool.ping({ endpoint: A }))).toBe(0);
    expect(await outcome(stage, stage.pool.ping({ endpoint: B }))).toMatchObject({
      message: 'no connection of default at tcp://b:1 is ready',
    });
  });

  it('reaches a server all of whose connections are full', async () => {
    const stage = await PoolStage.ready(
      { pool: { maxConnections: 1 } },
      { server: { maxStreams: 1 } },
    );
    stage.service().hold();
    stage.calls(2);
    expect(await outcome(stage, stage.pool.ping())).toBe(0);
  });

  it('fails when the server does not answer in time', async () => {
    const stage = await PoolStage.ready();
    stage.network.pairs[0]!.stall();
    const error = await outcome(stage, stage.pool.ping({ timeoutMs: 250 }), 250);
    expect(error).toMatchObject({ code: 'HEARTBEAT_TIMEOUT' });
  });
});

describe('snapshot()', () => {
  const isDeeplyFrozen = (value: unknown): boolean =>
    typeof value !== 'object' ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen));

  it('is plain, frozen, and survives structured clone', async () => {
    const stage = await PoolStage.ready({ name: 'orders' }, BOTH);
    stage.service(A).hold();
    stage.calls(3);
    const { snapshot } = stage;
    expect(structuredClone(snapshot)).toEqual(snapshot);
    expect(isDeeplyFrozen(snapshot)).toBe(true);
  });

  it('tells of every endpoint and connection', async () => {
    const stage = await PoolStage.ready({ name: 'orders' }, BOTH);
    await stage.advance(1_500);
    await stage.crash(B);
    stage.service(A).hold();
    stage.calls(2);
    const { snapshot } = stage;
    expect(snapshot).toMatchObject({
      name: 'orders',
      state: 'degraded',
      inFlight: 2,
      waiters: 0,
      calls: { started: 2, succeeded: 0 },
      connects: { attempted: 2, established: 2 },
      closes: { passive: { ended: 1 } },
    } satisfies object as Partial<PoolSnapshot>);
    expect(stage.endpoint(A)).toMatchObject({
      state: 'ready',
      inFlight: 2,
      connections: [{ address: 'a:1', state: 'ready', inFlight: 2, ageMs: 1_500, idleMs: 0 }],
    });
    expect(stage.endpoint(B)).toMatchObject({ state: 'backoff', connections: [] });
  });

  it('tells how long a connection has been without a call, and does not change by being taken', async () => {
    const stage = await PoolStage.ready();
    stage.call();
    await stage.advance(3_000);
    const idle = (): number => stage.endpoint().connections[0]!.idleMs;
    const first = idle();
    expect(first).toBeGreaterThanOrEqual(2_000);
    expect(idle()).toBe(first);
  });
});
