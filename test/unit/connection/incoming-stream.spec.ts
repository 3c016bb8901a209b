import { describe, expect, it, vi } from 'vitest';
import type { IncomingStreamOwner } from '../../../lib/connection/incoming-stream.js';
import { FrameType } from '../../../lib/protocol/frame.js';
import { requestFrame } from '../../support/scripted-client.js';
import { ServerHarness } from './server-harness.js';

const KIBIBYTE = 1024;

function owner() {
  return {
    onStop: vi.fn<IncomingStreamOwner['onStop']>(),
    onWritable: vi.fn<IncomingStreamOwner['onWritable']>(),
  };
}

function withRequest(...[options, hello]: Parameters<typeof ServerHarness.ready>): ServerHarness {
  const harness = ServerHarness.ready(options, hello);
  harness.client.send(requestFrame(1));
  harness.clock.endTurn();
  return harness;
}

describe('answering', () => {
  it('settles once', () => {
    const { client, clock, stream, handler } = withRequest();
    stream.respond('first');
    stream.respond('second');
    stream.next('third');
    stream.fail('fourth');
    clock.endTurn();

    expect(client.of(FrameType.Response)).toMatchObject([{ payload: 'first', isEnd: true }]);
    expect(client.of(FrameType.Error)).toEqual([]);
    expect(handler.ended).toEqual([1]);
  });

  it('tells the caller what cannot be encoded', () => {
    const { client, clock, stream } = withRequest();
    const stop = (stream.owner = owner());
    stream.respond(1n);
    clock.endTurn();

    expect(client.of(FrameType.Error)).toMatchObject([{ code: 'UNSERIALIZABLE_REPLY' }]);
    expect(stop.onStop).toHaveBeenCalledExactlyOnceWith('reply-failed');
  });

  it('tells the caller what is too large for it', () => {
    const { client, clock, stream } = withRequest({}, { maxFrameBytes: 1_000 });
    stream.respond('x'.repeat(2_000));
    clock.endTurn();

    expect(client.of(FrameType.Error)).toMatchObject([{ code: 'REPLY_TOO_LARGE' }]);
  });

  it('tells it by the code alone when there is no room for words', () => {
    const { client, clock, stream } = withRequest({}, { maxFrameBytes: 1 });
    expect(() => stream.respond({ any: 'thing' })).not.toThrow();
    clock.endTurn();

    expect(client.of(FrameType.Error)).toMatchObject([
      { code: 'REPLY_TOO_LARGE', payload: undefined },
    ]);
  });
});

describe('credit', () => {
  it('lets a paced source go on when it is granted', () => {
    const { client, clock, stream } = withRequest({}, { initialCreditBytes: 100 });
    const source = (stream.owner = owner());
    expect(stream.canSend).toBe(true);
    stream.next('x'.repeat(200));
    expect(stream.canSend).toBe(false);
    client.send({ type: FrameType.Credit, streamId: 1, bytes: 50 });
    clock.endTurn();
    expect(source.onWritable).not.toHaveBeenCalled();
    client.send({ type: FrameType.Credit, streamId: 1, bytes: 500 });
    clock.endTurn();

    expect(source.onWritable).toHaveBeenCalledTimes(1);
    expect(stream.canSend).toBe(true);
  });

  it('holds back what a source sends ahead of it, in order', () => {
    const { client, clock, stream } = withRequest({}, { initialCreditBytes: 10 });
    for (const value of [1, 2, 3]) stream.next(value);
    stream.respond(4);
    clock.endTurn();
    expect(client.of(FrameType.Response)).toHaveLength(1);
    client.send({ type: FrameType.Credit, streamId: 1, bytes: 10_000 });
    clock.endTurn();

    expect(client.of(FrameType.Response).map(({ payload }) => payload)).toEqual([1, 2, 3, 4]);
    expect(stream.isOpen).toBe(false);
  });

  it('ends a source that runs too far ahead', () => {
    const { client, clock, stream } = withRequest(
      { maxStreamBufferBytes: 1_000 },
      { initialCreditBytes: 10 },
    );
    const source = (stream.owner = owner());
    for (let count = 0; count < 100; count++) stream.next('x'.repeat(100));
    clock.endTurn();

    expect(client.of(FrameType.Error)).toMatchObject([{ code: 'STREAM_OVERFLOW' }]);
    expect(source.onStop).toHaveBeenCalledExactlyOnceWith('reply-failed');
    expect(stream.connection.heldBytes).toBe(0);
  });
});

describe('the credit of a stream', () => {
  it('is used up and granted to the byte', () => {
    const { client, clock, stream } = withRequest({}, { initialCreditBytes: 1 });
    // A frame of 12 bytes of header and 3 of JSON.
    const frameBytes = 15;
    for (let count = 0; count < 20; count++) stream.next('x');
    stream.respond('end');
    clock.endTurn();
    expect(client.of(FrameType.Response)).toHaveLength(1);
    for (let count = 1; count < 20; count++) {
      client.send({ type: FrameType.Credit, streamId: 1, bytes: frameBytes - 1 });
      clock.endTurn();
      expect(client.of(FrameType.Response)).toHaveLength(count);
      client.send({ type: FrameType.Credit, streamId: 1, bytes: 1 });
      clock.endTurn();
      expect(client.of(FrameType.Response)).toHaveLength(count + 1);
    }
    client.send({ type: FrameType.Credit, streamId: 1, bytes: frameBytes });
    clock.endTurn();

    expect(client.of(FrameType.Response).at(-1)).toMatchObject({ payload: 'end', isEnd: true });
    expect(stream.isOpen).toBe(false);
  });

  it('does not let anything be said after the last word, although that still waits', () => {
    const { client, clock, stream } = withRequest({}, { initialCreditBytes: 1 });
    stream.next(1);
    stream.next(2);
    stream.respond('end');
    stream.next(3);
    stream.respond('again');
    stream.fail('too late');
    client.send({ type: FrameType.Credit, streamId: 1, bytes: 10_000 });
    clock.endTurn();

    expect(client.of(FrameType.Response).map(({ payload }) => payload)).toEqual([1, 2, 'end']);
    expect(client.of(FrameType.Error)).toEqual([]);
    expect(stream.connection.heldBytes).toBe(0);
  });
});

describe('a peer that does not read', () => {
  it('leaves no timer behind when it vanishes', () => {
    const { clock, stream, pair, handler } = withRequest({}, { initialCreditBytes: 2 ** 30 });
    pair.toClient.capacityBytes = 0;
    for (let count = 0; count < 15; count++) stream.next('x'.repeat(100 * KIBIBYTE));
    pair.reset();
    clock.endTurn();

    expect(handler.closes).toHaveLength(1);
    expect(clock.timerCount + clock.turnCount).toBe(0);
  });

  it('holds back sources until it has read', () => {
    const { clock, stream, pair } = withRequest(
      { maxStreamBufferBytes: 2048 * KIBIBYTE },
      { initialCreditBytes: 2 ** 30 },
    );
    const source = (stream.owner = owner());
    pair.toClient.capacityBytes = 64 * KIBIBYTE;
    pair.toClient.stall();
    for (let count = 0; count < 20; count++) stream.next('x'.repeat(100 * KIBIBYTE));
    expect(stream.canSend).toBe(false);
    pair.toClient.flow();
    clock.advance(1);

    expect(source.onWritable).toHaveBeenCalledTimes(1);
    expect(stream.canSend).toBe(true);
    expect(stream.connection.heldBytes).toBe(0);
  });

  it('is closed when it takes too long, and its work is stopped', () => {
    const { clock, stream, pair, connection } = withRequest({}, { initialCreditBytes: 2 ** 30 });
    const source = (stream.owner = owner());
    pair.toClient.capacityBytes = 0;
    for (let count = 0; count < 15; count++) stream.next('x'.repeat(100 * KIBIBYTE));
    clock.advance(30_000);

    expect(source.onStop).toHaveBeenCalledExactlyOnceWith('disconnect');
    expect(connection.closeCause).toBe('slowReader');
    expect(clock.timerCount).toBe(0);
  });
});

describe('stopping', () => {
  it('is told to who answers, once', () => {
    const { client, clock, stream, handler } = withRequest();
    const source = (stream.owner = owner());
    client.send({ type: FrameType.Cancel, streamId: 1 });
    client.send({ type: FrameType.Cancel, streamId: 1 });
    clock.endTurn();
    stream.respond('late');
    clock.endTurn();

    expect(source.onStop).toHaveBeenCalledExactlyOnceWith('cancel');
    expect(client.of(FrameType.Response)).toEqual([]);
    expect(handler.ended).toEqual([1]);
  });
});
