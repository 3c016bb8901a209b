import { describe, expect, it } from 'vitest';
import { checkMessage, toCallRequest } from '../../../lib/client/call-request.js';
import { SocketPoolRecord } from '../../../lib/client/socket-pool-record.js';

describe('the pattern of a call', () => {
  it.each([
    ['orders.place', 'orders.place', false],
    ['{"cmd":"x"}', '{"cmd":"x"}', false],
    [7, '7', true],
    [{ cmd: 'sum', v: 1 }, '{"cmd":"sum","v":1}', true],
    [true, 'true', true],
  ])('is text as it is, and JSON otherwise: %j', (pattern, text, isPatternJson) => {
    expect(toCallRequest({ pattern, data: 1 })).toMatchObject({ pattern: text, isPatternJson });
  });

  it.each([[Symbol('x')], [() => 1], [{ big: 1n }], [circular()]])(
    'that has no JSON is refused',
    (pattern) => {
      const make = () => toCallRequest({ pattern, data: 1 });
      expect(make).toThrow(expect.objectContaining({ code: 'UNSERIALIZABLE_PAYLOAD' }));
    },
  );
});

describe('what a call asks for', () => {
  it('is nothing special without a record', () => {
    expect(toCallRequest({ pattern: 'p', data: { a: 1 } })).toEqual({
      pattern: 'p',
      isPatternJson: false,
      payload: { a: 1 },
      metadata: undefined,
      deadlineMs: undefined,
      inherits: true,
      idempotent: undefined,
    });
  });

  it.each([
    [{ inherit: false }, {}, false],
    [{ inherit: false }, { inherit: true }, true],
    [{}, { inherit: false }, false],
  ])('inherits unless the record %j or the call %j says otherwise', (record, call, inherits) => {
    const data = new SocketPoolRecord(1, record);
    expect(toCallRequest({ pattern: 'p', data }, call)).toMatchObject({ inherits });
  });

  it('comes from the record, whose data alone travels', () => {
    const options = { deadlineMs: 50, idempotent: true, metadata: { tenant: 'a' } };
    const data = new SocketPoolRecord({ a: 1 }, options);
    expect(toCallRequest({ pattern: 'p', data })).toMatchObject({ payload: { a: 1 }, ...options });
  });

  it('comes from the call before the record', () => {
    const data = new SocketPoolRecord(1, { deadlineMs: 50, idempotent: true, stickyKey: 'a' });
    const request = toCallRequest({ pattern: 'p', data }, { deadlineMs: 70, idempotent: false });
    expect(request).toMatchObject({
      payload: 1,
      deadlineMs: 70,
      idempotent: false,
      stickyKey: 'a',
    });
  });

  it('has the key of the call, or else that of the record, among its metadata', () => {
    const data = new SocketPoolRecord(1, { idempotencyKey: 'r', metadata: { tenant: 'a' } });
    const keyOf = (idempotencyKey?: string): unknown =>
      toCallRequest({ pattern: 'p', data }, { idempotencyKey }).metadata;
    expect(keyOf()).toEqual({ tenant: 'a', 'idempotency-key': 'r' });
    expect(keyOf('c')).toEqual({ tenant: 'a', 'idempotency-key': 'c' });
  });

  it('joins the metadata of the hook, the record and the call, the nearest last', () => {
    const data = new SocketPoolRecord(1, { metadata: { a: 'record', b: 'record' } });
    const packet = { pattern: 'p', data, metadata: { a: 'hook', c: 'hook' } };
    expect(toCallRequest(packet, { metadata: { b: 'call' } }).metadata).toEqual({
      a: 'record',
      b: 'call',
      c: 'hook',
    });
  });

  it('never sets the prototype of the metadata', () => {
    const metadata = JSON.parse('{"__proto__":{"polluted":true}}') as Record<string, string>;
    const packet = { pattern: 'p', data: new SocketPoolRecord(1, { metadata }), metadata: {} };
    const joined = toCallRequest(packet).metadata!;
    expect((joined as { polluted?: boolean }).polluted).toBeUndefined();
    expect(Object.hasOwn(joined, '__proto__')).toBe(true);
  });
});

describe('a message', () => {
  it.each([
    [null, 1],
    [undefined, 1],
    ['p', null],
    ['p', undefined],
  ])('needs pattern and data: %j, %j', (pattern, data) => {
    const check = () => checkMessage(pattern, data);
    expect(check).toThrow(expect.objectContaining({ code: 'UNSERIALIZABLE_PAYLOAD' }));
  });

  it.each([[0], [''], [false]])('may have falsy data: %j', (data) => {
    expect(() => checkMessage('p', data)).not.toThrow();
  });
});

function circular(): object {
  const value: { self?: object } = {};
  value.self = value;
  return value;
}
