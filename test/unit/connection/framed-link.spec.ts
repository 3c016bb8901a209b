import { describe, expect, it } from 'vitest';
import { FrameType } from '../../../lib/protocol/frame.js';
import { eventFrame, requestFrame } from '../../support/scripted-client.js';
import { ClientHarness } from './client-harness.js';
import { ServerHarness } from './server-harness.js';

const KIBIBYTE = 1024;
const INTERVAL_MS = 1_000;
const heartbeat = { intervalMs: INTERVAL_MS, misses: 3 };

describe('the heartbeat of a connection', () => {
  it('goes on while both ends are there, and measures the round trip', () => {
    const { clock, server, connection, handler } = ClientHarness.ready({ heartbeat });
    clock.advance(10 * INTERVAL_MS);

    expect(server.of(FrameType.Ping).length).toBeGreaterThanOrEqual(10);
    expect(connection.framed.missedHeartbeats).toBe(0);
    expect(connection.framed.roundTripMs).toBe(0);
    expect(handler.closes).toEqual([]);
  });

  it('notices a peer that is stopped, and settles what is in flight', () => {
    const harness = ClientHarness.ready({ heartbeat });
    const [call] = harness.open();
    harness.clock.advance(INTERVAL_MS);
    harness.pair.stall();
    harness.clock.advance(3 * INTERVAL_MS);
    expect(call!.settlements).toBe(0);
    harness.clock.advance(INTERVAL_MS);

    expect(call!.failure).toMatchObject({ code: 'HEARTBEAT_TIMEOUT', processed: 'maybe' });
    expect(harness.handler.closes).toMatchObject([{ code: 'HEARTBEAT_TIMEOUT' }]);
    expect(harness.clock.timerCount).toBe(0);
  });

  it('notices a network that is unplugged at either end', () => {
    const { clock, client, pair, handler } = ServerHarness.ready({ heartbeat });
    client.send(requestFrame(1));
    clock.advance(INTERVAL_MS);
    pair.drop();
    clock.advance(4 * INTERVAL_MS);

    expect(handler.closes).toMatchObject([{ code: 'HEARTBEAT_TIMEOUT' }]);
    expect(handler.streams[0]!.stopReason).toBe('disconnect');
    expect(clock.timerCount).toBe(0);
  });

  it('is written while this end does not read, and so finds out that the peer has vanished', () => {
    const { client, clock, connection, handler } = ServerHarness.ready({ heartbeat, maxEvents: 1 });
    handler.onEvent = () => connection.events.begin();
    client.send(eventFrame(1));
    clock.advance(2 * INTERVAL_MS);
    expect(connection.framed.isReadingPaused).toBe(true);
    const pings = client.of(FrameType.Ping).length;
    for (let count = 0; count < 10; count++) {
      client.send({ type: FrameType.Ping, nonce: count });
      clock.advance(INTERVAL_MS);
    }
    expect(client.of(FrameType.Ping).length).toBe(pings + 10);
    expect(handler.closes).toEqual([]);
    client.link.destroy();
    clock.advance(INTERVAL_MS);

    expect(handler.closes).toHaveLength(1);
    expect(clock.timerCount).toBe(0);
  });

  it('finds a peer gone that vanished without a word while this end did not read', () => {
    const { client, clock, pair, connection, handler } = ServerHarness.ready({
      heartbeat,
      maxEvents: 1,
    });
    handler.onEvent = () => connection.events.begin();
    client.send(eventFrame(1));
    clock.advance(INTERVAL_MS);
    pair.drop();
    clock.advance(4 * INTERVAL_MS);

    expect(handler.closes).toMatchObject([{ code: 'HEARTBEAT_TIMEOUT' }]);
    expect(clock.timerCount).toBe(0);
  });

  it('hears a peer that this end does not read, keeps what it says in order, and holds little of it', () => {
    const { client, clock, connection, handler } = ServerHarness.ready({ heartbeat, maxEvents: 1 });
    handler.onEvent = (frame) => {
      handler.events.push(frame);
      connection.events.begin();
    };
    for (let id = 1; id <= 40; id++) {
      client.send(eventFrame(id, { payload: 'x'.repeat(20 * KIBIBYTE) }));
      clock.advance(INTERVAL_MS);
    }
    expect(handler.closes).toEqual([]);
    expect(connection.framed.link.bytesRead).toBeLessThan(400 * KIBIBYTE);
    for (let id = 1; id <= 40; id++) {
      connection.events.end();
      clock.advance(10);
    }
    expect(handler.events.map(({ streamId }) => streamId)).toEqual(
      Array.from({ length: 40 }, (_, index) => index + 1),
    );
  });

  it('does not count the time in which this end did not read when it reads again', () => {
    const { client, clock, connection, handler } = ServerHarness.ready({
      heartbeat: { intervalMs: INTERVAL_MS, misses: 1 },
      maxEvents: 1,
    });
    handler.onEvent = () => connection.events.begin();
    client.send(eventFrame(1));
    for (let count = 0; count < 21; count++) {
      client.send({ type: FrameType.Ping, nonce: count });
      clock.advance(INTERVAL_MS / 2);
    }
    connection.events.end();
    clock.advance(0.5 * INTERVAL_MS);

    expect(handler.closes).toEqual([]);
  });

  it('is sent at the pace of the peer by an end that does not read, and so answers no pings', () => {
    const { client, clock, connection, handler } = ServerHarness.ready(
      { maxEvents: 1 },
      { heartbeatIntervalMs: INTERVAL_MS },
    );
    handler.onEvent = () => connection.events.begin();
    client.send(eventFrame(1));
    clock.advance(10 * INTERVAL_MS);
    expect(client.of(FrameType.Ping).length).toBeGreaterThanOrEqual(19);
    connection.events.end();
    clock.endTurn();
    expect(clock.timerCount).toBe(0);
    client.send(eventFrame(2));
    clock.endTurn();
    expect(clock.timerCount).toBe(1);
    client.link.destroy();
    clock.advance(INTERVAL_MS);

    expect(handler.closes).toHaveLength(1);
    expect(clock.timerCount).toBe(0);
  });

  it('is not sent in a dialect without pings, nor when it is switched off', () => {
    const { clock, server } = ClientHarness.ready({ heartbeat: false });
    clock.advance(60_000);

    expect(server.of(FrameType.Ping)).toEqual([]);
    expect(clock.timerCount).toBe(0);
  });
});

describe('pings of the peer', () => {
  it('are answered with how busy this process is', () => {
    const { client, clock } = ServerHarness.ready({
      loopLagMs: () => 12.4,
      queueAgeMs: () => 7.6,
    });
    client.send({ type: FrameType.Ping, nonce: 99 });
    clock.endTurn();

    expect(client.of(FrameType.Pong)).toMatchObject([{ nonce: 99, loopLagMs: 12, queueAgeMs: 8 }]);
  });

  it('do not fill the memory when their sender does not read', () => {
    const { connection, clock, server, pair, handler } = ClientHarness.ready();
    pair.toServer.capacityBytes = 0;
    const pings = Array.from({ length: 1_000 }, (_, nonce) => ({ type: FrameType.Ping, nonce }));
    for (let count = 0; count < 20 && handler.closes.length === 0; count++) {
      server.send(...pings);
      clock.endTurn();
      expect(connection.framed.pendingBytes).toBeLessThan(300 * KIBIBYTE);
    }

    expect(handler.closes).toMatchObject([{ code: 'PROTOCOL_ERROR' }]);
  });
});

describe('frames of one turn', () => {
  it('leave in one write', () => {
    const harness = ClientHarness.ready();
    const before = harness.pair.client.writeCalls;
    harness.open(20);

    expect(harness.pair.client.writeCalls).toBe(before + 1);
    expect(harness.server.of(FrameType.Request)).toHaveLength(20);
  });

  it('leave early when there are many, or they are large', () => {
    const harness = ClientHarness.ready();
    const before = harness.pair.client.writeCalls;
    harness.open(64);
    expect(harness.pair.client.writeCalls).toBe(before + 2);

    expect(harness.server.of(FrameType.Request)).toHaveLength(64);
  });

  it('are gathered while the kernel has enough to do, and leave when it is done', () => {
    const harness = ServerHarness.ready();
    const { client, clock, handler, pair, connection } = harness;
    pair.toClient.capacityBytes = 100;
    client.send(...[1, 2, 3].map((streamId) => requestFrame(streamId)));
    clock.endTurn();
    pair.toClient.stall();
    for (const stream of handler.streams) stream.respond('x'.repeat(70 * KIBIBYTE));
    const before = pair.server.writeCalls;
    clock.endTurn();
    expect(pair.server.writeCalls).toBe(before);
    expect(connection.framed.pendingBytes).toBeGreaterThan(200 * KIBIBYTE);
    pair.toClient.capacityBytes = Infinity;
    pair.toClient.flow();
    clock.endTurn();

    expect(client.of(FrameType.Response).map(({ streamId }) => streamId)).toEqual([1, 2, 3]);
    expect(connection.framed.pendingBytes).toBe(0);
  });
});

describe('a link that is cut anywhere', () => {
  it('is read alike', () => {
    for (const splitBytes of [1, 2, 5, 11, 13, 64]) {
      const harness = ClientHarness.ready();
      harness.pair.toClient.splitBytes = harness.pair.toServer.splitBytes = splitBytes;
      const calls = harness.open(10);
      for (const call of calls) harness.respond(call.streamId, { payload: call.streamId });

      expect(calls.map(({ values }) => values)).toEqual(calls.map(({ streamId }) => [streamId]));
    }
  });
});
