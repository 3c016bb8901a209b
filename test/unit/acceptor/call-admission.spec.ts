import { describe, expect, it } from 'vitest';
import type { AcceptorOptionsInput } from '../../../lib/acceptor/acceptor-options.js';
import { nestTcpDialect } from '../../../lib/protocol/nest-tcp/nest-tcp-dialect.js';
import { FrameType, RejectReason } from '../../../lib/protocol/frame.js';
import type { ScriptedClient } from '../../support/scripted-client.js';
import { eventFrame, requestFrame } from '../../support/scripted-client.js';
import { AcceptorHarness } from './acceptor-harness.js';

async function stage(options: AcceptorOptionsInput) {
  const harness = await AcceptorHarness.listening(options);
  const client = await harness.greet();
  let lastId = 0;
  return {
    harness,
    client,
    async ask(parts: Parameters<typeof requestFrame>[1] = {}, from: ScriptedClient = client) {
      from.send(requestFrame(++lastId, parts));
      await harness.clock.settle();
    },
    async tell(count = 1) {
      for (let each = 0; each < count; each++) client.send(eventFrame(++lastId));
      await harness.clock.settle();
    },
    get rejected() {
      return client
        .of(FrameType.Rejected)
        .map(({ streamId, reason, retryAfterMs }) => [streamId, reason, retryAfterMs]);
    },
  };
}

describe('the limit of all connections together', () => {
  it('holds over several, and refuses with the time to wait', async () => {
    const { harness, ask, client } = await stage({
      admission: { maxInFlight: 2, maxQueued: 0, retryAfterMs: 250 },
    });
    const other = await harness.greet();
    await ask();
    await ask({}, other);
    await ask({}, other);
    expect(harness.streams).toHaveLength(2);
    expect(client.of(FrameType.Rejected)).toEqual([]);
    expect(other.of(FrameType.Rejected)).toMatchObject([
      { reason: RejectReason.Overloaded, retryAfterMs: 250 },
    ]);
    expect(harness.acceptor.snapshot()).toMatchObject({
      rejected: { overloaded: 1 },
      admission: { running: 2, queued: 0 },
    });
  });

  it('makes some wait, and tells how long in pongs and snapshots', async () => {
    const { harness, ask, client } = await stage({
      admission: { maxInFlight: 1, maxQueueMs: 100 },
    });
    await ask();
    await ask();
    await harness.clock.advanceAsync(40);
    client.send({ type: FrameType.Ping, nonce: 7 });
    await harness.clock.settle();
    expect(harness.acceptor.snapshot().admission).toMatchObject({ queued: 1, queueAgeMs: 40 });
    expect(client.of(FrameType.Pong)).toMatchObject([{ queueAgeMs: 40 }]);
    harness.streams[0]!.respond(1);
    expect(harness.streams).toHaveLength(2);
  });

  it.each([
    ['is cancelled', { type: FrameType.Cancel, streamId: 2 } as const],
    ['passes its deadline', undefined],
  ])('forgets a request that %s while it waits', async (_, frame) => {
    const { harness, ask, client } = await stage({
      admission: { maxInFlight: 1, maxQueueMs: 100 },
    });
    await ask();
    await ask({ timeoutMs: 30 });
    await ask();
    if (frame !== undefined) client.send(frame);
    await harness.clock.advanceAsync(60);
    harness.streams[0]!.respond(1);
    expect(harness.streams.map(({ streamId }) => streamId)).toEqual([1, 3]);
  });

  it('is made room below by a lost connection', async () => {
    const { harness, ask, client } = await stage({
      admission: { maxInFlight: 1, maxQueueMs: 100 },
    });
    const other = await harness.greet();
    await ask();
    await ask({}, other);
    client.link.destroy();
    await harness.clock.settle();
    expect(harness.streams.map(({ isOpen }) => isOpen)).toEqual([false, true]);
  });

  it('leaves nothing behind when the server closes', async () => {
    const { harness, ask } = await stage({ admission: { maxInFlight: 1 }, drainTimeoutMs: 20 });
    await ask();
    await ask();
    const closed = harness.acceptor.close();
    await harness.clock.advanceAsync(5_000);
    await closed;
    expect(harness.clock.timerCount).toBe(0);
  });

  it('is an ordinary error for the stock dialect', async () => {
    const harness = await AcceptorHarness.listening({
      admission: { maxInFlight: 1, maxQueued: 0 },
    });
    const stock = await harness.connect(nestTcpDialect);
    stock.send(requestFrame(1), requestFrame(2));
    await harness.clock.settle();
    expect(stock.of(FrameType.Error)).toMatchObject([
      { streamId: 2, payload: { status: 'error', message: expect.stringContaining('overloaded') } },
    ]);
  });
});

describe('the rates', () => {
  const perPeer = { perSecond: 10, burst: 2 };

  it('hold for all connections of a peer', async () => {
    const world = await stage({ rateLimits: { perPeer } });
    const other = await world.harness.greet();
    await world.ask();
    await world.ask({}, other);
    await world.ask();
    expect(world.rejected).toEqual([[3, RejectReason.RateLimited, 100]]);
    await world.harness.clock.advanceAsync(100);
    await world.ask();
    expect(world.harness.streams).toHaveLength(3);
    expect(world.harness.acceptor.snapshot().rejected).toMatchObject({ rateLimited: 1 });
  });

  it('hold for single patterns', async () => {
    const patterns = { dear: { perSecond: 1, burst: 1 } };
    const world = await stage({ rateLimits: { patterns } });
    for (const pattern of ['dear', 'dear', 'cheap', 'cheap']) await world.ask({ pattern });
    expect(world.rejected).toEqual([[2, RejectReason.RateLimited, 1_000]]);
  });

  it('hold for events, of which is told now and then', async () => {
    const { harness, tell } = await stage({ rateLimits: { perPeer } });
    await tell(50);
    expect(harness.events).toHaveLength(2);
    await harness.clock.advanceAsync(1_000);
    await tell(4);
    expect(harness.told.eventsRefused.map(({ count }) => count)).toEqual([1, 48]);
    const { refusedEvents } = harness.acceptor.snapshot().admission;
    expect(refusedEvents.rateLimited).toBe(50);
  });
});

describe('a request that has no chance', () => {
  it('is refused when its caller waits for less than the quickest took', async () => {
    const world = await stage({ admission: { refusesHopeless: true } });
    const { harness } = world;
    await world.ask({ timeoutMs: 5 });
    await world.ask({ timeoutMs: 1_000 });
    expect(harness.streams).toHaveLength(2);
    await harness.clock.advanceAsync(30);
    harness.streams[1]!.respond(1);
    await world.ask({ timeoutMs: 25 });
    await world.ask({ timeoutMs: 35 });
    await world.ask();
    await world.ask({ timeoutMs: 25, pattern: 'other' });
    expect(world.rejected).toEqual([[3, RejectReason.Overloaded, 0]]);
    expect(harness.streams).toHaveLength(5);
  });
});

describe('a loop that does not keep up', () => {
  it('has what waits for too long refused, where that is asked for', async () => {
    const world = await stage({
      admission: { maxQueueMs: 100, shedding: { targetWaitMs: 20 }, retryAfterMs: 70 },
    });
    const { harness } = world;
    harness.onRequest = (stream) => {
      harness.clock.block(10);
      stream.respond(1);
    };
    for (let call = 0; call < 300; call++) world.client.send(requestFrame(call + 1));
    await harness.clock.settle();
    expect(world.rejected.length).toBeGreaterThan(0);
    expect(world.rejected[0]!.slice(1)).toEqual([RejectReason.Overloaded, 70]);
    expect(harness.acceptor.snapshot().admission.shedRatio).toBeGreaterThan(0);
  });
});
