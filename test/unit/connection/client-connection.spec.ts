import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { nestTcpDialect } from '../../../lib/protocol/nest-tcp/nest-tcp-dialect.js';
import type { ErrorFrame, RejectedFrame } from '../../../lib/protocol/frame.js';
import { FrameType, GoAwayReason, RejectReason } from '../../../lib/protocol/frame.js';
import { RecordedCall } from '../../support/recorded-call.js';
import { helloFrame } from '../../support/scripted-client.js';
import { ClientHarness, goAwayFrame, responseFrame } from './client-harness.js';

const KIBIBYTE = 1024;

function errorFrame(streamId: number): ErrorFrame {
  return { type: FrameType.Error, streamId, code: 'HANDLER_FAILED', payload: 'no luck' };
}

function rejectedFrame(streamId: number, parts: Partial<RejectedFrame> = {}): RejectedFrame {
  const { Overloaded: reason } = RejectReason;
  return { type: FrameType.Rejected, streamId, reason, retryAfterMs: 0, message: '', ...parts };
}

describe('the handshake of a client', () => {
  it('tells its terms, and takes those of the server', () => {
    const { connection, handler, clock, server } = new ClientHarness({ metadata: { zone: 'a' } });
    clock.endTurn();
    expect(server.expect(FrameType.Hello)).toMatchObject({
      maxStreams: 0,
      metadata: { zone: 'a' },
    });
    expect(connection.isReady).toBe(false);
    server.send(helloFrame({ maxStreams: 7, metadata: { instance: 'b' } }));
    clock.endTurn();

    expect(handler.readies).toBe(1);
    expect(connection.maxStreams).toBe(7);
    expect(connection.serverHello?.metadata).toEqual({ instance: 'b' });
  });

  it('is not needed in a dialect that has none', () => {
    const { connection, handler } = new ClientHarness({ dialect: nestTcpDialect });

    expect(handler.readies).toBe(1);
    expect(connection.isReady).toBe(true);
  });

  it('does not begin with metadata that cannot be encoded', () => {
    const { handler, clock } = new ClientHarness({ metadata: { big: 1n } });
    clock.endTurn();

    expect(handler.closes).toMatchObject([{ code: 'UNSERIALIZABLE_PAYLOAD' }]);
  });

  it.each([
    [GoAwayReason.TooManyConnections, 'HANDSHAKE_FAILED', true],
    [GoAwayReason.Shutdown, 'HANDSHAKE_FAILED', true],
    [GoAwayReason.UnsupportedVersion, 'UNSUPPORTED_VERSION', false],
  ])('ends with what a go-away of reason %i says', (reason, code, retryable) => {
    const { handler, clock, server } = new ClientHarness();
    server.send(goAwayFrame(0, { reason, message: 'because' }));
    clock.endTurn();

    expect(handler.readies).toBe(0);
    expect(handler.closes).toMatchObject([{ code, retryable, processed: 'no', origin: 'remote' }]);
    expect(handler.closes[0]?.message).toContain('because');
  });

  it('ends with another protocol, or another version', () => {
    for (const [bytes, code] of [
      ['HTTP/1.1 400 Bad Request\r\n\r\n', 'HANDSHAKE_FAILED'],
      ['\xf5NSP\r\n\x07\x00', 'UNSUPPORTED_VERSION'],
    ] as const) {
      const { handler, clock, server } = new ClientHarness();
      server.link.write(Buffer.from(bytes, 'latin1'));
      clock.endTurn();

      expect(handler.closes).toMatchObject([{ code }]);
    }
  });
});

describe('a call', () => {
  it('is answered by the reply of its stream', () => {
    const harness = ClientHarness.ready();
    const [first, second] = harness.open(2);
    expect(harness.server.of(FrameType.Request)).toMatchObject([
      { streamId: 1, payload: 0, pattern: 'ask' },
      { streamId: 2, payload: 1 },
    ]);
    expect(harness.connection.pending).toBe(2);
    harness.respond(2, { payload: 'b' });
    harness.respond(1, { payload: 'a' });

    expect(first).toMatchObject({ values: ['a'], settlements: 1, ends: 1 });
    expect(second).toMatchObject({ values: ['b'], settlements: 1, ends: 1 });
    expect(harness.handler.streamEnds).toBe(2);
    expect(harness.connection.pending).toBe(0);
  });

  it('gets all values of its reply, and the end by itself', () => {
    const harness = ClientHarness.ready();
    const [call] = harness.open();
    for (const payload of [1, 2, undefined]) harness.respond(1, { payload, isEnd: false });
    harness.respond(1, { payload: undefined, hasPayload: false });

    expect(call).toMatchObject({ values: [1, 2, undefined], ends: 1, settlements: 1 });
  });

  it('gets what the handler threw', () => {
    const harness = ClientHarness.ready();
    const [call] = harness.open();
    harness.server.send(errorFrame(1));
    harness.clock.endTurn();

    expect(call!.errors).toMatchObject([{ code: 'HANDLER_FAILED', payload: 'no luck' }]);
    expect(harness.handler.streamEnds).toBe(1);
  });

  it('is told that it was refused before it ran', () => {
    const harness = ClientHarness.ready();
    const [call, late] = harness.open(2);
    harness.server.send(
      rejectedFrame(1, { retryAfterMs: 50 }),
      rejectedFrame(2, { reason: RejectReason.DeadlinePassed }),
    );
    harness.clock.endTurn();

    expect(call!.failure).toMatchObject({ code: 'REJECTED', retryable: true, processed: 'no' });
    expect(call!.failure.retryAfterMs).toBe(50);
    expect(late!.failure).toMatchObject({ code: 'DEADLINE_EXCEEDED', retryable: false });
  });

  it('is settled once, whatever the server sends after that', () => {
    for (const settle of [errorFrame(1), rejectedFrame(1), responseFrame(1)]) {
      const harness = ClientHarness.ready();
      const [call] = harness.open();
      harness.server.send(settle, errorFrame(1), responseFrame(1), rejectedFrame(1));
      harness.server.send(goAwayFrame(0));
      harness.clock.endTurn();
      harness.pair.reset();
      harness.clock.advance(10_000);

      expect(call!.settlements).toBe(1);
      expect(harness.handler.streamEnds).toBe(1);
    }
  });

  it('ends, and the server is told so, when a value cannot be decoded', () => {
    const harness = ClientHarness.ready();
    const [call, other] = harness.open(2);
    const bytes = harness.server.encode(responseFrame(1, { payload: 'xyz', isEnd: false }));
    bytes.write('xyz"{', bytes.length - 5);
    harness.server.link.write(bytes);
    harness.respond(2);

    expect(call!.failure).toMatchObject({ code: 'BAD_PAYLOAD', processed: 'yes' });
    expect(harness.server.of(FrameType.Cancel)).toMatchObject([{ streamId: 1 }]);
    expect(other!.ends).toBe(1);
  });

  it('that cannot be encoded was not sent, and harms no other', () => {
    const harness = ClientHarness.ready();
    const bad = new RecordedCall(1n);
    expect(() => harness.connection.open(bad)).toThrow(
      expect.objectContaining({ code: 'UNSERIALIZABLE_PAYLOAD', processed: 'no' }),
    );
    const [good] = harness.open();
    harness.respond(good!.streamId);

    expect(harness.server.of(FrameType.Request)).toHaveLength(1);
    expect(bad.settlements).toBe(0);
    expect(good!.ends).toBe(1);
    expect(harness.connection.pending).toBe(0);
  });

  it('is not opened beyond what the server takes in one message', () => {
    const harness = ClientHarness.ready({}, { maxFrameBytes: 2 * KIBIBYTE });

    expect(() => harness.connection.open(new RecordedCall('x'.repeat(4 * KIBIBYTE)))).toThrow(
      expect.objectContaining({ code: 'MESSAGE_TOO_LARGE' }),
    );
  });

  it('is refused, safe to send elsewhere, by a connection that takes none', () => {
    const harness = new ClientHarness();
    const notOpen = { code: 'CONNECTION_LOST', processed: 'no', retryable: true };
    const open = (): void => harness.connection.open(new RecordedCall());
    expect(open).toThrow(expect.objectContaining(notOpen));
    harness.server.send(helloFrame());
    harness.clock.endTurn();
    harness.connection.destroy();
    expect(open).toThrow(expect.objectContaining(notOpen));
    harness.clock.endTurn();
    expect(open).toThrow(expect.objectContaining(notOpen));
  });

  it('is refused, safe to send elsewhere, while the server leaves too much unread', () => {
    const harness = ClientHarness.ready({}, { maxFrameBytes: 2 ** 30 });
    harness.pair.toServer.capacityBytes = 0;
    // The same bytes every time: they are not copied.
    const payload = Buffer.alloc(15 * KIBIBYTE * KIBIBYTE);
    const open = (): void => harness.connection.open(new RecordedCall(payload));
    for (let count = 0; count < 18; count++) open();

    expect(open).toThrow(
      expect.objectContaining({ code: 'NO_CONNECTION', processed: 'no', retryable: true }),
    );
    expect(harness.connection.pending).toBe(18);
    harness.connection.destroy();
  });
});
