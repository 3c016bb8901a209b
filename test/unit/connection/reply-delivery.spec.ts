import { describe, expect, it } from 'vitest';
import { nestTcpDialect } from '../../../lib/protocol/nest-tcp/nest-tcp-dialect.js';
import { FrameType } from '../../../lib/protocol/frame.js';
import { RecordedCall } from '../../support/recorded-call.js';
import { ClientHarness, responseFrame } from './client-harness.js';

const KIBIBYTE = 1024;

describe('cancelling', () => {
  it('tells the server, and drops what is under way', () => {
    const harness = ClientHarness.ready();
    const [call] = harness.open();
    harness.connection.cancel(call!);
    harness.connection.cancel(call!);
    harness.respond(1);

    expect(harness.server.of(FrameType.Cancel)).toMatchObject([{ streamId: 1 }]);
    expect(call).toMatchObject({ values: [], settlements: 0 });
    expect(harness.handler.streamEnds).toBe(1);
  });

  it('of a stranger, or of a call that has ended, does nothing', () => {
    const harness = ClientHarness.ready();
    const [call] = harness.open();
    const stranger = new RecordedCall();
    stranger.streamId = 1;
    harness.connection.cancel(stranger);
    harness.respond(1);
    harness.connection.cancel(call!);
    harness.clock.endTurn();

    expect(call!.ends).toBe(1);
    expect(harness.server.of(FrameType.Cancel)).toEqual([]);
    expect(harness.handler.streamEnds).toBe(1);
  });

  it('is forgetting, where the dialect has no word for it', () => {
    const harness = ClientHarness.ready({ dialect: nestTcpDialect });
    const [call] = harness.open();
    harness.connection.cancel(call!);
    harness.respond(1);

    expect(call!.settlements).toBe(0);
    expect(harness.connection.pending).toBe(0);
  });
});

describe('what is done inside of a callback', () => {
  it('may be to cancel the call: nothing more is heard of it', () => {
    const harness = ClientHarness.ready();
    const [streamed, last] = harness.open(2);
    for (const call of [streamed!, last!]) call.atValue = () => harness.connection.cancel(call);
    harness.server.send(
      responseFrame(1, { isEnd: false }),
      responseFrame(1, { isEnd: false }),
      responseFrame(2),
    );
    harness.clock.endTurn();

    expect(streamed).toMatchObject({ values: ['reply'], settlements: 0 });
    expect(last).toMatchObject({ values: ['reply'], settlements: 0 });
    expect(harness.handler.streamEnds).toBe(2);
    expect(harness.connection.pending).toBe(0);
  });

  it('tells a server nothing that has nothing more to say', () => {
    const harness = ClientHarness.ready();
    const [streamed, last] = harness.open(2);
    for (const call of [streamed!, last!]) call.atValue = () => harness.connection.cancel(call);
    harness.server.send(responseFrame(1, { isEnd: false }), responseFrame(2));
    harness.clock.endTurn();

    expect(harness.server.of(FrameType.Cancel)).toMatchObject([{ streamId: 1 }]);
  });

  it('may be to open another call', () => {
    const harness = ClientHarness.ready();
    const [call] = harness.open();
    const next = new RecordedCall();
    call!.atEnd = () => harness.connection.open(next);
    harness.respond(1);
    harness.respond(2);

    expect(next.ends).toBe(1);
  });

  it('may be to destroy the connection: each call is still settled once', () => {
    const harness = ClientHarness.ready();
    const [first, second, third] = harness.open(3);
    first!.atValue = () => harness.connection.destroy();
    third!.atEnd = () => harness.connection.destroy();
    harness.server.send(responseFrame(1), responseFrame(2), responseFrame(3));
    harness.clock.endTurn();

    expect(first).toMatchObject({ ends: 1, settlements: 1 });
    expect(second!.failure).toMatchObject({ code: 'CONNECTION_LOST', processed: 'maybe' });
    expect(third!.failure).toMatchObject({ code: 'CONNECTION_LOST', processed: 'maybe' });
    expect(harness.handler.closes).toEqual([undefined]);
  });

  it('may be to open a call after it has destroyed the connection: that is refused as never sent', () => {
    const harness = ClientHarness.ready();
    const [call] = harness.open();
    let refusal: unknown;
    call!.atEnd = () => {
      harness.connection.destroy();
      try {
        harness.connection.open(new RecordedCall());
      } catch (error) {
        refusal = error;
      }
    };
    harness.respond(1);

    expect(refusal).toMatchObject({ code: 'CONNECTION_LOST', processed: 'no', retryable: true });
    expect(harness.server.of(FrameType.Request)).toHaveLength(1);
  });

  it('ends the connection when it throws, and each call is settled once', () => {
    const harness = ClientHarness.ready();
    const [first, second] = harness.open(2);
    first!.atValue = () => {
      throw new Error('a defect');
    };
    harness.server.send(responseFrame(1), responseFrame(2));
    harness.clock.endTurn();

    expect(first!.failure).toMatchObject({ code: 'INTERNAL_ERROR' });
    expect(second!.failure).toMatchObject({ code: 'INTERNAL_ERROR', processed: 'maybe' });
    expect(harness.handler.closes).toMatchObject([{ code: 'INTERNAL_ERROR' }]);
  });
});

describe('credit', () => {
  it('goes out for half a window at a time, as values are consumed', () => {
    const harness = ClientHarness.ready({ initialCreditBytes: 10 * KIBIBYTE });
    const [call] = harness.open();
    const grants = (): number => harness.server.of(FrameType.Credit).length;
    harness.respond(1, { payload: 'x'.repeat(2 * KIBIBYTE), isEnd: false });
    harness.connection.grant(call!, call!.creditBytes);
    harness.clock.endTurn();
    expect(grants()).toBe(0);
    harness.connection.grant(call!, 3 * KIBIBYTE);
    harness.clock.endTurn();

    expect(harness.server.of(FrameType.Credit)).toMatchObject([
      { streamId: 1, bytes: call!.creditBytes + 3 * KIBIBYTE },
    ]);
    expect(call!.creditBytes).toBeGreaterThan(2 * KIBIBYTE);
  });

  it('is granted once for each byte', () => {
    const harness = ClientHarness.ready({ initialCreditBytes: KIBIBYTE });
    const [call] = harness.open();
    for (let count = 0; count < 10; count++) harness.connection.grant(call!, 256);
    harness.clock.endTurn();

    expect(harness.server.of(FrameType.Credit).map(({ bytes }) => bytes)).toEqual(
      Array.from({ length: 5 }, () => 512),
    );
  });

  it('is not sent for a call that has ended', () => {
    const harness = ClientHarness.ready({ initialCreditBytes: KIBIBYTE });
    const [call] = harness.open();
    harness.respond(1);
    harness.connection.grant(call!, 10 * KIBIBYTE);
    harness.clock.endTurn();

    expect(harness.server.of(FrameType.Credit)).toEqual([]);
  });
});
