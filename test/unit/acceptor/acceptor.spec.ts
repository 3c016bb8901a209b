import { Buffer } from 'node:buffer';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it } from 'vitest';
import { FrameType, GoAwayReason } from '../../../lib/protocol/frame.js';
import { nestTcpDialect } from '../../../lib/protocol/nest-tcp/nest-tcp-dialect.js';
import { helloFrame, requestFrame } from '../../support/scripted-client.js';
import { AcceptorHarness, ADDRESS } from './acceptor-harness.js';

const MEBIBYTE = 1024 * 1024;

describe('listening', () => {
  it('tells where', async () => {
    const harness = new AcceptorHarness();

    expect(await harness.acceptor.listen()).toEqual([ADDRESS]);
    expect(harness.told.listening).toEqual([{ addresses: [ADDRESS] }]);
    expect(harness.acceptor.state).toBe('listening');
  });

  it('fails when the address is taken, and may be tried again', async () => {
    const harness = new AcceptorHarness();
    const other = harness.network.listener(ADDRESS);
    await other.listen({ onLink: () => undefined, onError: () => undefined });
    await expect(harness.acceptor.listen()).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await other.close();

    await expect(harness.acceptor.listen()).resolves.toEqual([ADDRESS]);
  });

  it('warns of what the system cuts', async () => {
    const harness = await AcceptorHarness.listening(
      { maxConnections: 2_000 },
      { maxDescriptors: 1_024, maxBacklog: 128, ephemeralPorts: { first: 4_000, last: 5_000 } },
    );

    expect(harness.told.warning.map(({ code }) => code)).toEqual([
      'DESCRIPTOR_LIMIT',
      'BACKLOG_LIMIT',
      'EPHEMERAL_PORT',
    ]);
    expect(harness.acceptor.snapshot().maxConnections).toBe(960);
  });

  it('warns when it ends by itself', async () => {
    const harness = await AcceptorHarness.listening();
    harness.listener.fail(new Error('gone'));

    expect(harness.told.warning).toMatchObject([{ code: 'LISTENER_FAILED' }]);
  });
});

describe('peers', () => {
  it('of both dialects are served on one port', async () => {
    const harness = await AcceptorHarness.listening();
    const ours = await harness.greet();
    const stock = await harness.connect(nestTcpDialect);
    stock.send(requestFrame(1, { payload: 'from stock' }));
    ours.send(requestFrame(1, { payload: 'from us' }));
    await harness.clock.settle();
    for (const stream of harness.streams) stream.respond(`to ${String(stream.request.payload)}`);
    await harness.clock.settle();

    expect(harness.opened).toEqual(['binary', 'nest-tcp']);
    expect(ours.of(FrameType.Response)).toMatchObject([{ payload: 'to from us' }]);
    expect(stock.of(FrameType.Response)).toMatchObject([{ payload: 'to from stock' }]);
  });

  it.each([
    ['TLS', '160301020001', 'speaks TLS'],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n').toString('hex'), 'speaks HTTP'],
    ['garbage', 'deadbeef0102030405', 'no known protocol: its first bytes are deadbeef01020304'],
    ['a broken magic', 'f54e5350ff', 'no known protocol'],
  ])('that speak %s are closed, and it is said once', async (_, hex, text) => {
    const harness = await AcceptorHarness.listening();
    const link = await harness.dial();
    link.write(Buffer.from(hex, 'hex'));
    link.write(Buffer.from(hex, 'hex'));
    await harness.clock.settle();

    expect(harness.closes).toEqual(['us: protocolError']);
    expect(harness.told.connectionClosed[0]!.error!.message).toContain(text);
    expect(harness.network.pairs[0]!.server.isClosed).toBe(true);
    expect(harness.opened).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['half a magic', 'f54e53'],
    ['a preface without a hello', 'f54e53500d0a0100'],
  ])('that send %s are closed after a while', async (_, hex) => {
    const harness = await AcceptorHarness.listening({ handshakeTimeoutMs: 1_000 });
    const link = await harness.dial();
    if (hex !== '') link.write(Buffer.from(hex, 'hex'));
    await harness.clock.advanceAsync(999);
    expect(harness.closes).toEqual([]);
    await harness.clock.advanceAsync(1);

    expect(harness.closes).toEqual(['us: handshakeTimeout']);
    expect(harness.network.openPairs).toHaveLength(1); // The silent peer's own half.
    expect(harness.network.pairs[0]!.server.isClosed).toBe(true);
  });

  it('that leave without a word are closed', async () => {
    const harness = await AcceptorHarness.listening();
    const client = await harness.connect();
    client.link.end();
    await harness.clock.settle();

    expect(harness.closes).toEqual(['peer: ended']);
  });

  it('that are cut off are told apart from those that leave', async () => {
    const harness = await AcceptorHarness.listening();
    const [leaving, lost, ending] = [
      await harness.greet(),
      await harness.greet(),
      await harness.greet(),
    ];
    leaving.send({ type: FrameType.GoAway, lastStreamId: 0, reason: 2, message: '' });
    leaving.link.end();
    harness.network.pairs[1]!.reset();
    ending.link.end();
    await harness.clock.settle();

    expect(lost.isClosed).toBe(true);
    expect(harness.closes.toSorted()).toEqual(['peer: ended', 'peer: goAway', 'peer: reset']);
  });

  it('that do nothing are sent away where that is wished', async () => {
    const harness = await AcceptorHarness.listening({ idleTimeoutMs: 1_000 });
    const client = await harness.greet();
    await harness.clock.advanceAsync(1_250);

    expect(client.of(FrameType.GoAway)).toMatchObject([{ reason: GoAwayReason.Retired }]);
    client.link.end();
    await harness.clock.settle();
    expect(harness.closes).toEqual(['us: idle']);
  });
});

describe('too many connections', () => {
  it('are told to go elsewhere when they would understand, and closed otherwise', async () => {
    const harness = await AcceptorHarness.listening({ maxConnections: 1 });
    const first = await harness.greet();
    const second = await harness.greet();
    const stock = await harness.connect(nestTcpDialect);
    stock.send(requestFrame(1));
    await harness.connect();
    await harness.clock.advanceAsync(2_000);

    expect(second.of(FrameType.GoAway)).toMatchObject([
      { reason: GoAwayReason.TooManyConnections, message: '1 of 1 connections' },
    ]);
    expect(second.of(FrameType.Hello)).toEqual([]);
    expect(harness.network.pairs.map(({ server }) => server.isClosed)).toEqual([
      false,
      true,
      true,
      true,
    ]);
    expect(first.isClosed).toBe(false);
    expect(harness.streams).toEqual([]);
    expect(harness.told.linkRefused).toHaveLength(3);
    expect(harness.acceptor.snapshot().refused.tooManyConnections).toBe(3);
  });

  it('make room when they leave', async () => {
    const harness = await AcceptorHarness.listening({ maxConnections: 1 });
    const first = await harness.greet();
    first.link.end();
    await harness.clock.settle();
    const second = await harness.greet();

    expect(second.of(FrameType.Hello)).toHaveLength(1);
  });
});

describe('deadlines', () => {
  it('end the work of a request', async () => {
    const harness = await AcceptorHarness.listening();
    const client = await harness.greet();
    client.send(requestFrame(1, { timeoutMs: 500 }), requestFrame(2));
    await harness.clock.settle();
    await harness.clock.advanceAsync(520);

    expect(harness.streams.map(({ stopReason }) => stopReason)).toEqual(['deadline', undefined]);
    expect(client.of(FrameType.Error)).toMatchObject([{ streamId: 1, code: 'DEADLINE_EXCEEDED' }]);
  });

  it('leave nothing behind for requests that end in time', async () => {
    const harness = await AcceptorHarness.listening();
    const client = await harness.greet();
    const timers = harness.clock.timerCount;
    client.send(requestFrame(1, { timeoutMs: 500 }));
    await harness.clock.settle();
    harness.streams[0]!.respond(1);
    await harness.clock.advanceAsync(1_000);

    expect(harness.streams[0]!.stopReason).toBeUndefined();
    expect(harness.clock.timerCount).toBe(timers);
  });
});

describe('memory', () => {
  it('of all peers together is bounded by closing those that hold most', async () => {
    const harness = await AcceptorHarness.listening({
      maxBufferedBytes: 2 * MEBIBYTE,
      limits: { maxMessageBytes: MEBIBYTE },
    });
    for (let size = 1; size <= 5; size++) {
      const client = await harness.greet();
      const bytes = client.encode(requestFrame(1, { payload: 'x'.repeat(700_000) }));
      client.link.write(bytes.subarray(0, size * 130_000));
    }
    await harness.clock.settle();
    expect(harness.closes).toEqual([]);
    const more = await harness.greet();
    more.link.write(
      more.encode(requestFrame(1, { payload: 'x'.repeat(900_000) })).subarray(0, 300_000),
    );
    await harness.clock.settle();

    expect(harness.closes).toEqual(['us: other']);
    const areClosed = harness.network.pairs.map(({ server }) => server.isClosed);
    expect(areClosed).toEqual([false, false, false, false, true, false]);
    expect(harness.told.connectionClosed[0]!.error!.message).toContain('held most of');
  });
});

describe('undecodable messages', () => {
  it('are reported, and cost nothing else', async () => {
    const harness = await AcceptorHarness.listening();
    const stock = await harness.connect(nestTcpDialect);
    const deep = '['.repeat(2_000) + ']'.repeat(2_000);
    const text = `{"pattern":"ask","data":${deep},"id":"1"}`;
    stock.link.write(Buffer.from(`${text.length}#${text}`));
    stock.send(requestFrame(2));
    await harness.clock.settle();

    expect(harness.told.messageFaulty).toMatchObject([{ remote: stock.link.local }]);
    expect(harness.streams).toHaveLength(1);
  });
});

describe('snapshots', () => {
  it('show every connection, and count what is gone', async () => {
    const harness = await AcceptorHarness.listening();
    const [first, second] = [await harness.greet(), await harness.greet()];
    first.send(requestFrame(1));
    second.link.end();
    await harness.clock.advanceAsync(50);
    const snapshot = harness.acceptor.snapshot();

    expect(snapshot).toMatchObject({
      addresses: [ADDRESS],
      state: 'listening',
      inFlight: 1,
      accepted: 2,
      connections: [
        { address: first.link.local, dialect: 'binary', state: 'ready', inFlight: 1, idleMs: 0 },
      ],
    });
    expect(snapshot.closes.passive.ended).toBe(1);
    expect(snapshot.bytesRead).toBe(first.link.bytesWritten + second.link.bytesWritten);
    expect(Object.isFrozen(snapshot.connections[0])).toBe(true);
    expect(structuredClone(snapshot)).toEqual(snapshot);
  });
});

describe('diagnostics channels', () => {
  it('carry every event', async () => {
    const published: unknown[] = [];
    const listen = (message: unknown): void => void published.push(message);
    subscribe('nestjs-socket-pool:acceptor.connectionOpened', listen);
    const harness = await AcceptorHarness.listening();
    await harness.greet();
    unsubscribe('nestjs-socket-pool:acceptor.connectionOpened', listen);

    expect(published).toMatchObject([{ dialect: 'binary', peerName: undefined }]);
  });

  it('tell of the client what its hello said', async () => {
    const harness = await AcceptorHarness.listening();
    const client = await harness.connect();
    client.send(helloFrame({ metadata: { name: 'gateway' } }), requestFrame(1));
    await harness.clock.settle();

    expect(harness.streams[0]!.connection.peer.metadata).toEqual({ name: 'gateway' });
  });
});
