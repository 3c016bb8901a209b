import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../../lib/protocol/frame.js';
import { FrameType, RejectReason } from '../../../../lib/protocol/frame.js';
import { nestTcpDialect } from '../../../../lib/protocol/nest-tcp/nest-tcp-dialect.js';
import { event, RecordingEnd, request, response } from '../../../support/frames.js';
import { stockText } from '../../../support/stock-socket.js';

const message = (value: unknown): string => {
  const text = JSON.stringify(value);
  return `${text.length}#${text}`;
};

const serverWith = (...packets: unknown[]): RecordingEnd => {
  const server = new RecordingEnd(nestTcpDialect, 'server');
  server.receive(packets.map(message).join(''));
  return server;
};

describe('a server of stock clients', () => {
  it.each([['abc'], [17], [null], [true], [{ a: [1] }], [''], [-0.5]])(
    'returns the id %j as it came',
    (id) => {
      const server = serverWith({ pattern: 'a', data: 1, id });
      expect(server.frames).toEqual([request(1, { pattern: 'a', payload: 1 })]);
      expect(server.send(response(1)).toString()).toBe(
        message({ response: 'value', isDisposed: true, id }),
      );
    },
  );

  it('numbers calls and events in the order in which they came', () => {
    const server = serverWith(
      { pattern: 'a', data: 1, id: 'x' },
      { pattern: 'b', data: 2 },
      { pattern: 'c', data: 3, id: 'x' },
    );
    expect(server.frames).toEqual([
      request(1, { pattern: 'a', payload: 1 }),
      event(2, { pattern: 'b', payload: 2 }),
      request(3, { pattern: 'c', payload: 3 }),
    ]);
  });

  it('forgets an id with the end of its stream, and writes nothing for a stream that has ended', () => {
    const server = serverWith({ pattern: 'a', data: 1, id: 'x' });
    expect(server.send(response(1, { isEnd: false }), response(1))).not.toHaveLength(0);
    expect(server.send(response(1))).toHaveLength(0);
    expect(server.send(response(99))).toHaveLength(0);
  });

  it.each([
    [
      'a failure of the transport',
      { type: FrameType.Error, streamId: 1, code: 'DEADLINE_EXCEEDED', payload: 'late' },
      'late',
    ],
    [
      'one without a message',
      { type: FrameType.Error, streamId: 1, code: 'INTERNAL_ERROR', payload: undefined },
      'INTERNAL_ERROR',
    ],
    [
      'a refusal',
      {
        type: FrameType.Rejected,
        streamId: 1,
        reason: RejectReason.Overloaded,
        retryAfterMs: 5,
        message: '',
      },
      'The call was refused: the server is overloaded',
    ],
    [
      'a refusal with a text',
      { type: FrameType.Rejected, streamId: 1, reason: 77, retryAfterMs: 5, message: 'gone home' },
      'The call was refused: gone home',
    ],
  ] as [string, Frame, string][])(
    'tells of %s as stock Nest tells of an exception',
    (_, frame, text) => {
      const server = serverWith({ pattern: 'a', data: 1, id: 'x' });
      const expected = { err: { status: 'error', message: text }, isDisposed: true, id: 'x' };
      expect(server.send(frame).toString()).toBe(message(expected));
      expect(server.send(response(1))).toHaveLength(0);
    },
  );

  it.each([
    null,
    0,
    false,
    '',
    {},
    'text',
    [],
    17,
    { foo: 1 },
    { id: undefined, pattern: undefined },
  ])('takes %j for an event that nobody handles', (value) => {
    expect(serverWith(value).frames).toMatchObject([
      { type: FrameType.Event, pattern: 'null', isPatternJson: true, fault: undefined },
    ]);
  });

  it('answers a call without a pattern as one that has no handler', () => {
    expect(serverWith({ data: 1, id: 'x' }).frames).toMatchObject([
      { type: FrameType.Request, pattern: 'null', isPatternJson: true },
    ]);
  });

  it('fails only the call whose id is too long to be kept, and still answers it', () => {
    const id = 'x'.repeat(2000);
    const server = serverWith({ pattern: 'a', data: 1, id }, { pattern: 'a', data: 1, id: 'y' });
    expect(server.frames).toMatchObject([{ fault: { code: 'BAD_PAYLOAD' } }, { fault: undefined }]);
    const answer = server
      .send({ type: FrameType.Error, streamId: 1, code: 'BAD_PAYLOAD', payload: 'no' })
      .toString();
    expect(answer).toContain(id);
  });

  it('leaves a reply that cannot be encoded open for an error to follow', () => {
    const server = serverWith({ pattern: 'a', data: 1, id: 'x' });
    expect(() => server.send(response(1, { payload: 1n }))).toThrow(
      expect.objectContaining({ code: 'UNSERIALIZABLE_PAYLOAD' }),
    );
    const error: Frame = {
      type: FrameType.Error,
      streamId: 1,
      code: 'UNSERIALIZABLE_REPLY',
      payload: 'no',
    };
    expect(server.send(error).toString()).toContain('"id":"x"');
  });
});

describe('a client of stock servers', () => {
  const client = (...packets: unknown[]): Frame[] =>
    new RecordingEnd(nestTcpDialect, 'client').receive(packets.map(message).join(''));

  it('reads replies as the stock client does', () => {
    expect(client({ response: 1, id: '1' }, { response: 2, isDisposed: true, id: '1' })).toEqual([
      response(1, { payload: 1, isEnd: false }),
      response(1, { payload: 2 }),
    ]);
    expect(client({ isDisposed: true, id: '2' })).toEqual([
      response(2, { hasPayload: false, payload: undefined }),
    ]);
    expect(client({ id: '3' })).toEqual([response(3, { payload: undefined, isEnd: false })]);
    expect(client({ err: 'no', id: '4' })).toEqual([
      { type: FrameType.Error, streamId: 4, code: 'HANDLER_FAILED', payload: 'no' },
    ]);
    expect(client({ err: '', isDisposed: true, id: '5' })).toEqual([
      response(5, { hasPayload: false, payload: undefined }),
    ]);
    expect(client({ response: null, isDisposed: true, id: '6' })).toEqual([
      response(6, { payload: null }),
    ]);
  });

  it('takes a reply with a foreign key for the whole value', () => {
    expect(client({ id: '1', total: 3 })).toEqual([
      response(1, { payload: { id: '1', total: 3 } }),
    ]);
  });

  it.each([
    '0',
    '01',
    '1.0',
    '-1',
    '2147483648',
    '99999999999',
    'abc',
    1,
    null,
    undefined,
    { a: 1 },
  ])('ignores a reply to %j, an id that it never gave', (id) => {
    expect(client({ response: 1, isDisposed: true, id })).toEqual([]);
  });

  it('writes a call like the stock client, metadata included', () => {
    const sender = new RecordingEnd(nestTcpDialect, 'client');
    const bytes = sender.send(
      request(1, {
        pattern: '{"cmd":"sum"}',
        isPatternJson: true,
        payload: { b: 1 },
        metadata: { trace: 'ü' },
      }),
      event(2, {
        pattern: '{"cmd":"sum"}',
        isPatternJson: true,
        payload: 1,
        metadata: { trace: 1 },
      }),
      request(3, { payload: Buffer.from('ab') }),
    );
    const expected = stockText(
      { pattern: { cmd: 'sum' }, data: { b: 1 }, metadata: { trace: 'ü' }, id: '1' },
      { pattern: '{"cmd":"sum"}', data: 1, metadata: { trace: 1 } },
      { pattern: 'sum', data: Buffer.from('ab'), id: '3' },
    );
    expect(bytes.toString()).toBe(expected);
  });
});
