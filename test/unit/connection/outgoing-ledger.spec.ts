import { describe, expect, it, vi } from 'vitest';
import { nestTcpDialect } from '../../../lib/protocol/nest-tcp/nest-tcp-dialect.js';
import { FrameType, GoAwayReason } from '../../../lib/protocol/frame.js';
import { RecordedCall, RecordedEvent } from '../../support/recorded-call.js';
import { ClientHarness, goAwayFrame, responseFrame } from './client-harness.js';

const KIBIBYTE = 1024;

const NEVER_SENT = { code: 'CONNECTION_LOST', processed: 'no', retryable: true };
const PERHAPS_RUN = { code: 'CONNECTION_LOST', processed: 'maybe', retryable: false };

describe('an event', () => {
  it('is done when it is written', () => {
    const harness = ClientHarness.ready();
    const event = new RecordedEvent('now');
    harness.connection.emit(event);
    expect(event.writes).toBe(0);
    harness.clock.endTurn();

    expect(event).toMatchObject({ writes: 1, failures: [] });
    expect(harness.server.of(FrameType.Event)).toMatchObject([{ streamId: 1, payload: 'now' }]);
    harness.connection.destroy();
    harness.clock.endTurn();
    expect(event).toMatchObject({ writes: 1, failures: [] });
  });

  it('that cannot be encoded was not sent, and harms no other', () => {
    const harness = ClientHarness.ready();
    const [first, bad, last] = [1, 1n, 2].map((payload) => new RecordedEvent(payload));
    harness.connection.emit(first!);
    expect(() => harness.connection.emit(bad!)).toThrow();
    harness.connection.emit(last!);
    harness.clock.endTurn();

    expect([first!.writes, bad!.writes, last!.writes]).toEqual([1, 0, 1]);
  });

  it('is told on its own of its end, also when another throws', () => {
    const harness = ClientHarness.ready();
    const [first, second] = [new RecordedEvent(), new RecordedEvent()];
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    first.atWritten = () => {
      throw new Error('a defect');
    };
    harness.connection.emit(first);
    harness.connection.emit(second);
    harness.clock.endTurn();

    expect(second.writes).toBe(1);
    expect(harness.connection.isReady).toBe(true);
    expect(warn).toHaveBeenCalledOnce();
  });
});

describe('a connection that is lost', () => {
  it('fails what was never written as safe to send again, and the rest as perhaps run', () => {
    const harness = ClientHarness.ready();
    const written = harness.open(2);
    const [unwritten, event] = [new RecordedCall(), new RecordedEvent()];
    harness.connection.open(unwritten);
    harness.connection.emit(event);
    harness.pair.client.destroy(new Error('cut'));
    harness.clock.endTurn();

    for (const call of written) expect(call.failure).toMatchObject(PERHAPS_RUN);
    expect(unwritten.failure).toMatchObject(NEVER_SENT);
    expect(event.failures).toMatchObject([NEVER_SENT]);
    expect(event.writes).toBe(0);
    expect(harness.server.of(FrameType.Request)).toHaveLength(2);
    expect(harness.handler.closes).toMatchObject([{ message: 'cut' }]);
  });

  it('knows which of the calls of one turn had left early', () => {
    const harness = ClientHarness.ready();
    const calls = Array.from({ length: 40 }, () => new RecordedCall());
    for (const call of calls) harness.connection.open(call);
    harness.connection.destroy();
    harness.clock.endTurn();

    const arrived = harness.server.of(FrameType.Request).length;
    expect(arrived).toBe(32);
    expect(calls.map((call) => call.failure.processed)).toEqual(
      calls.map((_, index) => (index < arrived ? 'maybe' : 'no')),
    );
  });

  it('knows what was held back because the link was full', () => {
    const harness = ClientHarness.ready();
    harness.pair.toServer.capacityBytes = 0;
    const large = new RecordedCall('x'.repeat(100 * KIBIBYTE));
    harness.connection.open(large);
    const event = new RecordedEvent();
    harness.connection.emit(event);
    const held = harness.open(100);
    expect(event.writes).toBe(0);
    harness.pair.reset();
    harness.clock.endTurn();

    expect(large.failure).toMatchObject(PERHAPS_RUN);
    expect(event.failures).toMatchObject([NEVER_SENT]);
    for (const call of held) expect(call.failure).toMatchObject(NEVER_SENT);
  });

  it('does not count as written what was opened on a link that had closed already', () => {
    const harness = ClientHarness.ready();
    // The link is closed; the connection is told so in a later turn.
    harness.pair.client.destroy();
    const calls = Array.from({ length: 40 }, () => new RecordedCall());
    for (const call of calls) harness.connection.open(call);
    harness.clock.endTurn();

    for (const call of calls) expect(call.failure).toMatchObject(NEVER_SENT);
  });

  it('settles every call, also when the callback of one throws', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const harness = ClientHarness.ready();
    const [first, second] = harness.open(2);
    first!.atEnd = () => {
      throw new Error('a defect');
    };
    harness.connection.destroy();
    harness.clock.endTurn();

    expect(second!.failure).toMatchObject(PERHAPS_RUN);
    expect(harness.handler.closes).toEqual([undefined]);
    expect(warn).toHaveBeenCalledOnce();
  });

  it('leaves out a call that is cancelled when another fails', () => {
    const harness = ClientHarness.ready();
    const [first, second] = harness.open(2);
    first!.atEnd = () => harness.connection.cancel(second!);
    harness.connection.destroy();
    harness.clock.endTurn();

    expect([first!.settlements, second!.settlements]).toEqual([1, 0]);
    expect(harness.connection.pending).toBe(0);
  });

  it('says so when this end wanted it', () => {
    const harness = ClientHarness.ready();
    const [call] = harness.open();
    harness.connection.destroy();
    harness.clock.endTurn();

    expect(call!.failure.message).toContain('this end closed it');
  });
});

describe('a go-away', () => {
  it('fails the calls that the server did not take as safe to send elsewhere; the others go on', () => {
    const harness = ClientHarness.ready();
    const calls = harness.open(4);
    const goAway = goAwayFrame(2, { message: 'restarting' });
    harness.server.send(responseFrame(1), goAway);
    harness.clock.endTurn();

    expect(calls[0]!.ends).toBe(1);
    expect(calls[1]!.settlements).toBe(0);
    for (const call of calls.slice(2))
      expect(call.failure).toMatchObject({ code: 'REJECTED', processed: 'no', retryable: true });
    expect(calls[3]!.failure.message).toContain('restarting');
    expect(harness.handler.goAways).toMatchObject([{ lastStreamId: 2 }]);
    expect(harness.connection.state).toBe('draining');
    expect(() => harness.connection.open(new RecordedCall())).toThrow('draining');
    harness.respond(2);
    expect(calls[1]!.ends).toBe(1);
    expect(harness.server.isEnded).toBe(true);
  });

  it('that comes again names fewer calls, and is not announced twice', () => {
    const harness = ClientHarness.ready();
    const calls = harness.open(3);
    harness.server.send(goAwayFrame(3), goAwayFrame(1));
    harness.clock.endTurn();

    expect(calls.map(({ settlements }) => settlements)).toEqual([0, 1, 1]);
    expect(harness.handler.goAways).toHaveLength(1);
  });

  it('leaves out a call that is cancelled when another fails', () => {
    const harness = ClientHarness.ready();
    const [first, second] = harness.open(2);
    first!.atEnd = () => harness.connection.cancel(second!);
    harness.server.send(goAwayFrame(0));
    harness.clock.endTurn();

    expect([first!.settlements, second!.settlements]).toEqual([1, 0]);
  });

  it('for a broken rule ends the connection; what was not taken is still safe to send elsewhere', () => {
    const harness = ClientHarness.ready();
    const [taken, late] = harness.open(2);
    harness.server.send(goAwayFrame(1, { reason: GoAwayReason.ProtocolError, message: 'odd' }));
    harness.clock.endTurn();

    expect(taken!.failure).toMatchObject({ code: 'PROTOCOL_ERROR', processed: 'maybe' });
    expect(late!.failure).toMatchObject({ code: 'REJECTED', processed: 'no', retryable: true });
    expect(harness.handler.closes).toMatchObject([{ code: 'PROTOCOL_ERROR', origin: 'remote' }]);
    expect(harness.handler.closes[0]!.message).toContain('odd');
  });

  it('does not take back an event that is about to be written', () => {
    const harness = ClientHarness.ready();
    harness.server.send(goAwayFrame(0));
    const event = new RecordedEvent();
    harness.connection.emit(event);
    harness.clock.endTurn();

    expect(event.writes + event.failures.length).toBe(1);
    expect(harness.server.of(FrameType.Event)).toHaveLength(event.writes);
  });
});

describe('stream ids', () => {
  it('are used once, in order, by calls and events alike', () => {
    const harness = ClientHarness.ready();
    harness.open(2);
    harness.connection.emit(new RecordedEvent());
    harness.open();

    const ids = harness.server.frames.filter((frame) => 'pattern' in frame);
    expect(ids.map((frame) => 'streamId' in frame && frame.streamId)).toEqual([1, 2, 3, 4]);
  });

  it('of the stock dialect tell replies apart as well', () => {
    const harness = ClientHarness.ready({ dialect: nestTcpDialect });
    const [first, second] = harness.open(2);
    harness.respond(2, { payload: 'b' });
    harness.respond(1, { payload: 'a' });

    expect([first!.values, second!.values]).toEqual([['a'], ['b']]);
  });
});
