import { describe, expect, it } from 'vitest';
import { FrameType, GoAwayReason } from '../../../lib/protocol/frame.js';
import type { Packet } from '../../../lib/protocol/dialect.js';
import { RecordedEvent } from '../../support/recorded-call.js';
import { helloFrame } from '../../support/scripted-client.js';
import { ClientHarness, goAwayFrame, responseFrame } from './client-harness.js';

function expectNothingLeft({ clock, connection }: ClientHarness): void {
  expect(clock.timerCount).toBe(0);
  expect(clock.turnCount).toBe(0);
  expect(connection.pending).toBe(0);
  expect(connection.state).toBe('closed');
}

describe('a client that drains', () => {
  it('takes no calls, finishes those in flight, and closes', () => {
    const harness = ClientHarness.ready();
    const [call] = harness.open();
    harness.connection.drain();
    harness.clock.endTurn();
    expect(harness.connection.state).toBe('draining');
    expect(harness.connection.isReady).toBe(false);
    expect(harness.handler.goAways).toEqual([undefined]);
    expect(harness.server.of(FrameType.GoAway)).toMatchObject([
      { reason: GoAwayReason.Retired, lastStreamId: 0 },
    ]);
    harness.respond(1);

    expect(call!.ends).toBe(1);
    expect(harness.server.isEnded).toBe(true);
    harness.server.link.end();
    harness.clock.endTurn();
    expect(harness.handler.closes).toEqual([undefined]);
    expectNothingLeft(harness);
  });

  it('closes at once without calls, and sends what waits before', () => {
    const harness = ClientHarness.ready();
    const event = new RecordedEvent();
    harness.connection.emit(event);
    harness.connection.drain();
    harness.clock.endTurn();

    expect(event.writes).toBe(1);
    expect(harness.server.of(FrameType.Event)).toHaveLength(1);
    expect(harness.server.isEnded).toBe(true);
  });

  it('does not wait for long for a server that does not close', () => {
    const harness = ClientHarness.ready();
    harness.connection.drain();
    harness.clock.advance(1_000);

    expect(harness.handler.closes).toEqual([undefined]);
    expectNothingLeft(harness);
  });

  it('does not take it amiss when the link is reset while it closes', () => {
    const harness = ClientHarness.ready();
    harness.connection.drain();
    harness.clock.endTurn();
    harness.pair.reset();
    harness.clock.endTurn();

    expect(harness.handler.closes).toEqual([undefined]);
    expectNothingLeft(harness);
  });

  it('closes after its last call was cancelled', () => {
    const harness = ClientHarness.ready();
    const [call] = harness.open();
    harness.connection.drain();
    harness.connection.cancel(call!);
    harness.clock.endTurn();

    expect(harness.server.isEnded).toBe(true);
    expect(harness.server.of(FrameType.Cancel)).toHaveLength(1);
  });

  it('may do so in the midst of the handshake', () => {
    const harness = new ClientHarness();
    harness.connection.drain();
    harness.server.send(helloFrame());
    harness.clock.advance(1_000);

    expect(harness.handler.readies).toBe(0);
    expect(harness.handler.closes).toEqual([undefined]);
    expectNothingLeft(harness);
  });

  it('may do so twice, and may be destroyed meanwhile', () => {
    const harness = ClientHarness.ready();
    const [call] = harness.open();
    harness.connection.drain();
    harness.connection.drain();
    harness.connection.destroy();
    harness.connection.destroy();
    harness.clock.endTurn();

    expect(harness.handler.goAways).toEqual([undefined]);
    expect(call!.failure).toMatchObject({ code: 'CONNECTION_LOST', processed: 'maybe' });
    expect(harness.handler.closes).toEqual([undefined]);
    expectNothingLeft(harness);
  });
});

describe('a client whose server ends the link', () => {
  it('fails what is in flight, after all that had arrived was taken', () => {
    const harness = ClientHarness.ready();
    const [first, second] = harness.open(2);
    harness.server.send(responseFrame(1));
    harness.server.link.end();
    harness.clock.endTurn();

    expect(first!.ends).toBe(1);
    expect(second!.failure).toMatchObject({ code: 'CONNECTION_LOST', processed: 'maybe' });
    expect(second!.failure.message).toContain('the peer closed it');
    expect(harness.handler.closes).toEqual([undefined]);
    expectNothingLeft(harness);
  });

  it('is told of a reset, and of why', () => {
    const harness = ClientHarness.ready();
    const [call] = harness.open();
    harness.pair.reset();
    harness.clock.endTurn();

    expect(call!.failure).toMatchObject({ code: 'CONNECTION_LOST', processed: 'maybe' });
    expect(call!.failure.cause).toMatchObject({ code: 'ECONNRESET' });
    expect(harness.handler.closes).toMatchObject([{ code: 'ECONNRESET' }]);
    expectNothingLeft(harness);
  });

  it('still hands over replies that a slow deserializer holds', async () => {
    const waiting: (() => void)[] = [];
    const deserialize = (packet: unknown): Promise<Packet> =>
      new Promise((resolve) => waiting.push(() => resolve(packet as Packet)));
    const harness = ClientHarness.ready({ hooks: { deserialize } });
    const [first, second] = harness.open(2);
    harness.server.send(responseFrame(1), goAwayFrame(2));
    harness.server.link.end();
    await harness.clock.settle();
    expect(first!.settlements).toBe(0);
    for (const finish of waiting) finish();
    await harness.clock.settle();

    expect(first!.ends).toBe(1);
    await harness.clock.advanceAsync(1_000);
    expect(second!.failure).toMatchObject({ code: 'CONNECTION_LOST', processed: 'maybe' });
    expect(harness.handler.closes).toEqual([undefined]);
    expectNothingLeft(harness);
  });

  it('closes when the server has said goodbye and nothing is in flight', () => {
    const harness = ClientHarness.ready();
    harness.server.send(goAwayFrame(0));
    harness.clock.endTurn();

    expect(harness.server.isEnded).toBe(true);
    expect(harness.server.of(FrameType.GoAway)).toEqual([]);
  });
});

describe('a client that asks for a sign of life', () => {
  it('is told the round trip', async () => {
    const harness = ClientHarness.ready();
    harness.server.answersPings = false;
    const ping = harness.connection.ping(1_000);
    harness.clock.advance(30);
    const { nonce } = harness.server.of(FrameType.Ping)[0]!;
    harness.server.send({ type: FrameType.Pong, nonce, loopLagMs: 12, queueAgeMs: 0 });
    harness.clock.endTurn();

    await expect(ping).resolves.toBe(30);
    expect(harness.connection.peerLoopLagMs).toBe(12);
    expect(harness.clock.timerCount).toBe(0);
  });

  it('is told when no answer came, and of another answer nothing', async () => {
    const harness = ClientHarness.ready();
    harness.server.answersPings = false;
    const ping = harness.connection.ping(1_000);
    harness.server.send({ type: FrameType.Pong, nonce: 1, loopLagMs: 0, queueAgeMs: 0 });
    harness.clock.advance(1_000);

    await expect(ping).rejects.toMatchObject({ code: 'HEARTBEAT_TIMEOUT' });
    const { nonce } = harness.server.of(FrameType.Ping)[0]!;
    harness.server.send({ type: FrameType.Pong, nonce, loopLagMs: 0, queueAgeMs: 0 });
    harness.clock.endTurn();
    expect(harness.connection.isReady).toBe(true);
  });

  it('is told when the connection is lost meanwhile, or is gone already', async () => {
    const harness = ClientHarness.ready();
    harness.server.answersPings = false;
    const ping = harness.connection.ping(1_000);
    harness.pair.reset();
    harness.clock.endTurn();

    await expect(ping).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    await expect(harness.connection.ping(1_000)).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    expectNothingLeft(harness);
  });

  it('does not do so without end', async () => {
    const harness = ClientHarness.ready();
    harness.server.answersPings = false;
    const pings = Array.from({ length: 1_001 }, () => harness.connection.ping(1_000));
    const results = Promise.allSettled(pings);
    await expect(pings.at(-1)).rejects.toMatchObject({ code: 'HEARTBEAT_TIMEOUT' });
    harness.connection.destroy();
    harness.clock.endTurn();

    expect((await results).every(({ status }) => status === 'rejected')).toBe(true);
  });
});
