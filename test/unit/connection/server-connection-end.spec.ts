import { Buffer } from 'node:buffer';
import { describe, expect, it, vi } from 'vitest';
import { FrameType, GoAwayReason, RejectReason } from '../../../lib/protocol/frame.js';
import { nestTcpDialect } from '../../../lib/protocol/nest-tcp/nest-tcp-dialect.js';
import { eventFrame, helloFrame, requestFrame } from '../../support/scripted-client.js';
import { ServerHarness } from './server-harness.js';

const KIBIBYTE = 1024;

function expectNothingLeft({ clock, connection, handler }: ServerHarness): void {
  expect(clock.timerCount).toBe(0);
  expect(clock.turnCount).toBe(0);
  expect(connection.pending).toBe(0);
  expect(connection.state).toBe('closed');
  expect(handler.closes).toHaveLength(1);
}

describe('a server that drains', () => {
  it('does not name requests that it refused as ones that it serves', () => {
    const { client, clock, connection } = ServerHarness.ready();
    client.send(requestFrame(1));
    clock.endTurn();
    connection.drain('shutdown', GoAwayReason.Shutdown, '');
    client.send(requestFrame(2), requestFrame(3));
    clock.endTurn();
    connection.destroy('other', GoAwayReason.Shutdown);
    clock.endTurn();

    expect(client.of(FrameType.Rejected)).toMatchObject([
      { streamId: 2, reason: RejectReason.Draining },
      { streamId: 3, reason: RejectReason.Draining },
    ]);
    expect(client.of(FrameType.GoAway).map(({ lastStreamId }) => lastStreamId)).toEqual([1, 1]);
  });

  it('tells its owner of the end of those requests that it was given, and of no others', () => {
    const harness = ServerHarness.ready({ maxStreams: 1 });
    const { client, clock, connection, handler } = harness;
    client.send(requestFrame(1), requestFrame(2));
    clock.endTurn();
    connection.drain('shutdown', GoAwayReason.Shutdown, '');
    client.send(requestFrame(3));
    clock.endTurn();
    expect(handler.ended).toEqual([]);
    harness.stream.respond('done');

    expect(handler.streams.map(({ streamId }) => streamId)).toEqual([1]);
    expect(handler.ended).toEqual([1]);
  });

  it('still runs events that were under way', () => {
    const { client, clock, connection, handler } = ServerHarness.ready();
    client.send(requestFrame(1));
    clock.endTurn();
    connection.drain('shutdown', GoAwayReason.Shutdown, '');
    client.send(eventFrame(2));
    clock.endTurn();

    expect(handler.events).toHaveLength(1);
  });

  it('closes at once without streams, and reads no further', () => {
    const harness = ServerHarness.ready();
    const { client, clock, connection, handler } = harness;
    connection.drain('shutdown', GoAwayReason.Shutdown, '');
    client.send(requestFrame(1));
    clock.endTurn();
    expect(handler.streams).toEqual([]);
    expect(client.recorder.ends).toBe(1);
    client.link.end();
    clock.endTurn();

    expect(client.of(FrameType.GoAway)).toMatchObject([{ lastStreamId: 0 }]);
    expect(handler.closes).toEqual([undefined]);
    expectNothingLeft(harness);
  });

  it('closes in the stock dialect, which cannot say so', () => {
    const harness = ServerHarness.ready({ dialect: nestTcpDialect });
    const { client, clock, connection } = harness;
    client.send(requestFrame(1));
    clock.endTurn();
    connection.drain('shutdown', GoAwayReason.Shutdown, '');
    client.send(requestFrame(2));
    clock.endTurn();
    harness.stream.respond('done');
    clock.advance(1_000);

    expect(client.of(FrameType.Response)).toMatchObject([{ streamId: 1, payload: 'done' }]);
    expect(client.of(FrameType.Error)).toMatchObject([{ streamId: 2 }]);
    expectNothingLeft(harness);
  });

  it('closes while the peer is not read because of the events in work', () => {
    const harness = ServerHarness.ready({ maxEvents: 1 });
    const { client, clock, connection, handler } = harness;
    handler.onEvent = () => connection.events.begin();
    client.send(eventFrame(1));
    clock.endTurn();
    connection.drain('shutdown', GoAwayReason.Shutdown, '');
    client.send(eventFrame(2));
    client.link.end();
    clock.endTurn();
    connection.events.end();
    clock.endTurn();

    expectNothingLeft(harness);
  });
});

describe('a client that ends its half', () => {
  it('gets what was said already, and the work for it is stopped', () => {
    const harness = ServerHarness.ready();
    const { client, clock, handler } = harness;
    handler.onRequest = (stream) => {
      handler.streams.push(stream);
      if (stream.streamId === 1) stream.respond('at once');
    };
    client.send(requestFrame(1), requestFrame(2));
    client.link.end();
    clock.endTurn();

    expect(client.of(FrameType.Response)).toMatchObject([{ streamId: 1, payload: 'at once' }]);
    expect(handler.streams[1]!.stopReason).toBe('disconnect');
    expect(handler.closes).toEqual([undefined]);
    expectNothingLeft(harness);
  });

  it('does not keep work going because it does not read what was said', () => {
    const harness = ServerHarness.ready();
    const { client, clock, handler, pair } = harness;
    client.send(requestFrame(1), requestFrame(2));
    clock.endTurn();
    pair.toClient.capacityBytes = 0;
    handler.streams[0]!.respond('x'.repeat(KIBIBYTE));
    client.link.end();
    clock.endTurn();

    expect(handler.streams[1]!.stopReason).toBe('disconnect');
    expect(handler.closes).toEqual([]);
    clock.advance(30_000);
    expectNothingLeft(harness);
  });

  it('in the midst of the handshake is let go', () => {
    const harness = new ServerHarness();
    harness.client.link.end();
    harness.clock.endTurn();

    expectNothingLeft(harness);
  });
});

describe('a client of another version', () => {
  it('is told so, and has time to read it', () => {
    const harness = new ServerHarness();
    const { client, clock, handler, connection } = harness;
    client.link.write(Buffer.from('\xf5NSP\r\n\x07\x00and whatever else', 'latin1'));
    clock.endTurn();
    expect(client.of(FrameType.GoAway)).toMatchObject([
      { reason: GoAwayReason.UnsupportedVersion, lastStreamId: 0 },
    ]);
    expect(client.of(FrameType.GoAway)[0]!.message).toContain('version 7');
    expect(client.recorder.ends).toBe(1);
    expect(client.isClosed).toBe(false);
    client.link.write(Buffer.from('more'));
    clock.advance(1_000);

    expect(handler.closes).toMatchObject([{ code: 'UNSUPPORTED_VERSION' }]);
    expect(connection.closeCause).toBe('protocolError');
    expectNothingLeft(harness);
  });
});

describe('a server whose hello cannot be said', () => {
  it('closes', () => {
    const harness = new ServerHarness({ metadata: { big: 1n } });
    const { client, clock, handler } = harness;
    client.send(helloFrame(), requestFrame(1));
    clock.endTurn();

    expect(handler.readies).toBe(0);
    expect(handler.streams).toEqual([]);
    expect(handler.closes).toMatchObject([{ code: 'UNSERIALIZABLE_PAYLOAD' }]);
    expectNothingLeft(harness);
  });
});

describe('a defect of this end', () => {
  it('ends the connection, is not blamed on the peer, and is not told to it', () => {
    const harness = ServerHarness.ready();
    const { client, clock, handler } = harness;
    handler.onRequest = () => {
      throw new Error('the secret');
    };
    client.send(requestFrame(1), requestFrame(2));
    clock.endTurn();

    expect(client.of(FrameType.GoAway)).toMatchObject([
      { reason: GoAwayReason.Retired, message: 'an internal error' },
    ]);
    expect(handler.closes).toMatchObject([{ code: 'INTERNAL_ERROR' }]);
    expectNothingLeft(harness);
  });

  it('in stopping the work of one stream harms no other', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { client, clock, handler } = ServerHarness.ready();
    const onStop = (): never => {
      throw new Error('a defect');
    };
    client.send(requestFrame(1), requestFrame(2), requestFrame(3));
    clock.endTurn();
    for (const stream of handler.streams) stream.owner = { onStop, onWritable: () => undefined };
    client.send({ type: FrameType.Cancel, streamId: 1 });
    clock.endTurn();
    expect(handler.closes).toEqual([]);
    handler.streams[1]!.onDeadline();
    client.link.destroy();
    clock.endTurn();

    expect(handler.streams.map(({ stopReason }) => stopReason)).toEqual([
      'cancel',
      'deadline',
      'disconnect',
    ]);
    expect(handler.closes).toHaveLength(1);
    expect(warn).toHaveBeenCalledTimes(3);
  });
});

describe('a request whose deadline passes', () => {
  it('is answered so, and its work is stopped', () => {
    const harness = ServerHarness.ready();
    const { client, clock, handler } = harness;
    client.send(requestFrame(1, { timeoutMs: 100 }));
    clock.endTurn();
    harness.stream.onDeadline();
    harness.stream.respond('late');
    clock.endTurn();

    expect(client.of(FrameType.Error)).toMatchObject([{ code: 'DEADLINE_EXCEEDED' }]);
    expect(client.of(FrameType.Response)).toEqual([]);
    expect(handler.ended).toEqual([1]);
  });
});
