import { describe, expect, it } from 'vitest';
import { nestTcpDialect } from '../../../lib/protocol/nest-tcp/nest-tcp-dialect.js';
import { FrameType, GoAwayReason, RejectReason } from '../../../lib/protocol/frame.js';
import { eventFrame, helloFrame, requestFrame } from '../../support/scripted-client.js';
import { ServerHarness } from './server-harness.js';

const KIBIBYTE = 1024;

describe('the handshake', () => {
  it('answers a hello with a hello, and is ready then', () => {
    const { client, handler, connection } = ServerHarness.ready({ maxStreams: 7 });

    expect(client.of(FrameType.Hello)).toMatchObject([{ maxStreams: 7 }]);
    expect(handler.readies).toBe(1);
    expect(connection.state).toBe('ready');
  });

  it('is not needed in the stock dialect', () => {
    const { handler } = ServerHarness.ready({ dialect: nestTcpDialect });

    expect(handler.readies).toBe(1);
  });

  it('tells whom it talks to', () => {
    const { connection } = ServerHarness.ready({}, { metadata: { zone: 'a' } });

    expect(connection.peer).toMatchObject({
      address: '10.0.0.1:50000',
      host: '10.0.0.1',
      dialect: 'binary',
      metadata: { zone: 'a' },
    });
  });

  it('refuses a peer that is told so before it was ready', () => {
    const { connection, client, clock, handler } = new ServerHarness();
    connection.drain('other', GoAwayReason.TooManyConnections, 'full');
    client.send(helloFrame(), requestFrame(1));
    clock.advance(1_000);

    expect(client.of(FrameType.GoAway)).toMatchObject([
      { reason: GoAwayReason.TooManyConnections, message: 'full', lastStreamId: 0 },
    ]);
    expect(handler.readies).toBe(0);
    expect(handler.streams).toEqual([]);
    expect(handler.closes).toEqual([undefined]);
    expect(clock.timerCount).toBe(0);
  });
});

describe('a peer that breaks a rule', () => {
  it('is told, and nothing of what it sent after that is run', () => {
    const { client, clock, handler } = ServerHarness.ready();
    const bytes = client.encode(requestFrame(5), requestFrame(5), requestFrame(6), requestFrame(7));
    client.link.write(bytes);
    clock.endTurn();

    expect(handler.streams.map(({ streamId }) => streamId)).toEqual([5]);
    expect(client.of(FrameType.GoAway)).toMatchObject([{ reason: GoAwayReason.ProtocolError }]);
    expect(handler.closes).toHaveLength(1);
    expect(handler.streams[0]!.stopReason).toBe('disconnect');
  });

  it('runs nothing after what its handler closed the connection for', () => {
    const { client, clock, handler, connection } = ServerHarness.ready();
    handler.onRequest = (stream) => {
      handler.streams.push(stream);
      connection.destroy('shutdown', GoAwayReason.Shutdown);
    };
    client.send(requestFrame(1), requestFrame(2));
    clock.endTurn();

    expect(handler.streams).toHaveLength(1);
  });

  it('is cut off when it does not finish a message', () => {
    const { client, clock, handler, connection } = ServerHarness.ready({ messageTimeoutMs: 1_000 });
    client.link.write(client.encode(requestFrame(1)).subarray(0, 13));
    clock.advance(2_000);

    expect(handler.closes).toHaveLength(1);
    expect(connection.closeCause).toBe('messageTimeout');
    expect(client.of(FrameType.GoAway)).toMatchObject([{ reason: GoAwayReason.Timeout }]);
  });

  it('is not blamed for a message that this end does not read', () => {
    const { client, clock, handler, connection } = ServerHarness.ready({
      messageTimeoutMs: 1_000,
      maxEvents: 1,
    });
    const request = client.encode(requestFrame(2));
    client.send(eventFrame(1));
    client.link.write(request.subarray(0, 13));
    handler.onEvent = () => connection.events.begin();
    clock.endTurn();
    client.link.write(request.subarray(13));
    clock.advance(60_000);
    expect(handler.closes).toEqual([]);
    connection.events.end();
    clock.endTurn();

    expect(handler.streams).toHaveLength(1);
  });
});

describe('requests that cannot start', () => {
  it('are refused above the limit of streams', () => {
    const { client, clock, handler } = ServerHarness.ready({ maxStreams: 2 });
    client.send(requestFrame(1), requestFrame(2), requestFrame(3));
    clock.endTurn();

    expect(handler.streams).toHaveLength(2);
    expect(client.of(FrameType.Rejected)).toMatchObject([
      { streamId: 3, reason: RejectReason.TooManyStreams },
    ]);
  });

  it('are refused when their time passed while they waited to be read', () => {
    const { client, clock, handler, connection } = ServerHarness.ready({ maxEvents: 1 });
    handler.onEvent = () => connection.events.begin();
    client.send(eventFrame(1));
    clock.endTurn();
    // What came before the pause took effect waits with the reader, not in the kernel.
    connection.framed.onData(client.encode(requestFrame(2, { timeoutMs: 100 })));
    connection.framed.onData(client.encode(requestFrame(3, { timeoutMs: 500 })));
    clock.advance(200);
    connection.events.end();
    clock.endTurn();

    expect(handler.streams.map(({ streamId }) => streamId)).toEqual([3]);
    expect(client.of(FrameType.Rejected)).toMatchObject([
      { streamId: 2, reason: RejectReason.DeadlinePassed },
    ]);
  });

  it('know when nobody waits for them any more', () => {
    const { client, clock, handler } = ServerHarness.ready();
    client.send(requestFrame(1, { timeoutMs: 100 }), requestFrame(2));
    clock.endTurn();

    expect(handler.streams.map(({ deadlineAt }) => deadlineAt - clock.now())).toEqual([
      100,
      Number.POSITIVE_INFINITY,
    ]);
  });
});

describe('draining', () => {
  it('finishes what runs, refuses what comes, then closes', () => {
    const { client, clock, connection, handler } = ServerHarness.ready();
    client.send(requestFrame(1));
    clock.endTurn();
    const [stream] = handler.streams;
    connection.drain('shutdown', GoAwayReason.Shutdown, 'bye');
    client.send(requestFrame(2));
    clock.endTurn();
    expect(client.isClosed).toBe(false);
    stream!.respond('done');
    clock.advance(2_000);

    expect(client.of(FrameType.GoAway)).toMatchObject([{ lastStreamId: 1, message: 'bye' }]);
    expect(client.of(FrameType.Rejected)).toMatchObject([{ streamId: 2 }]);
    expect(client.of(FrameType.Response)).toMatchObject([{ streamId: 1, payload: 'done' }]);
    expect(handler.closes).toEqual([undefined]);
    expect(clock.timerCount).toBe(0);
  });

  it('loses no reply that the peer is slow to take', () => {
    const { client, clock, connection, handler, pair } = ServerHarness.ready();
    pair.toClient.capacityBytes = 64 * KIBIBYTE;
    pair.toClient.stall();
    client.send(...[1, 2, 3, 4, 5].map((streamId) => requestFrame(streamId)));
    clock.endTurn();
    // Each larger than what is handed to the link at once, so the later ones wait in the send queue.
    for (const stream of handler.streams) stream.respond('x'.repeat(100 * KIBIBYTE));
    connection.drain('shutdown', GoAwayReason.Shutdown, '');
    clock.advance(10_000);
    pair.toClient.flow();
    clock.advance(2_000);

    expect(client.of(FrameType.Response).map(({ streamId }) => streamId)).toEqual([1, 2, 3, 4, 5]);
    expect(handler.closes).toEqual([undefined]);
    expect(clock.timerCount).toBe(0);
  });

  it('does not wait for ever for a peer that takes nothing', () => {
    const { client, clock, connection, handler, pair } = ServerHarness.ready({
      messageTimeoutMs: 3_000,
    });
    pair.toClient.capacityBytes = 0;
    client.send(requestFrame(1));
    clock.endTurn();
    handler.streams[0]!.respond('x'.repeat(100 * KIBIBYTE));
    connection.drain('shutdown', GoAwayReason.Shutdown, '');
    clock.advance(3_000);

    expect(handler.closes).toHaveLength(1);
  });
});

describe('events', () => {
  it('are not read further while too many are in work', () => {
    const { client, clock, connection, handler } = ServerHarness.ready({ maxEvents: 4 });
    const end = (): void => connection.events.end();
    handler.onEvent = (frame) => {
      handler.events.push(frame);
      connection.events.begin();
    };
    for (let streamId = 1; streamId <= 10; streamId++) {
      client.send(eventFrame(streamId));
      clock.endTurn();
    }
    expect(handler.events).toHaveLength(4);
    end();
    clock.endTurn();
    expect(handler.events).toHaveLength(4);
    end();
    clock.endTurn();

    expect(handler.events.length).toBeGreaterThan(4);
    expect(connection.framed.isReadingPaused).toBe(true);
  });

  it('do not resume the reading of a peer that does not read', () => {
    const { client, clock, connection, handler, pair } = ServerHarness.ready({ maxEvents: 1 });
    pair.toClient.capacityBytes = 0;
    handler.onEvent = () => connection.events.begin();
    client.send(requestFrame(1), requestFrame(2), eventFrame(3));
    clock.endTurn();
    for (const stream of handler.streams) stream.respond('x'.repeat(600 * KIBIBYTE));
    connection.events.end();

    expect(connection.framed.isReadingPaused).toBe(true);
  });
});

describe('memory held for a peer', () => {
  it('counts messages half received, and replies not yet read', () => {
    const { client, clock, connection, handler, pair } = ServerHarness.ready(
      {},
      { initialCreditBytes: 1_000 },
    );
    client.send(requestFrame(1), requestFrame(2));
    clock.endTurn();
    expect(connection.heldBytes).toBe(0);
    pair.toClient.capacityBytes = 0;
    handler.streams[0]!.next('x'.repeat(2_000));
    clock.endTurn();
    const pending = connection.heldBytes;
    expect(pending).toBeGreaterThan(2_000);
    handler.streams[0]!.next('x'.repeat(3_000));
    const withBacklog = connection.heldBytes;
    expect(withBacklog).toBeGreaterThan(pending + 3_000);
    client.link.write(
      client.encode(requestFrame(3, { payload: 'x'.repeat(4_000) })).subarray(0, 2_000),
    );
    clock.endTurn();
    expect(connection.heldBytes).toBe(withBacklog + 2_000);
    handler.streams[0]!.stop('cancel');

    expect(connection.heldBytes).toBe(pending + 2_000);
  });
});

describe('undecodable requests and events', () => {
  it('are answered where there is an answer, and reported', () => {
    const deserialize = (): never => {
      throw new Error('not readable');
    };
    const { client, clock, handler } = ServerHarness.ready({ hooks: { deserialize } });
    client.send(requestFrame(1), eventFrame(2));
    clock.endTurn();

    expect(client.of(FrameType.Error)).toMatchObject([{ streamId: 1, code: 'BAD_PAYLOAD' }]);
    expect(handler.faults.map(({ code }) => code)).toEqual(['BAD_PAYLOAD', 'BAD_PAYLOAD']);
    expect(handler.streams).toEqual([]);
    expect(handler.events).toEqual([]);
  });
});
