import { describe, expect, it } from 'vitest';
import { abortedFailure, toCallFailure } from '../../../lib/client/call-failure.js';
import { SocketPoolError } from '../../../lib/errors/socket-pool-error.js';

describe('what request() and stream() fail with', () => {
  it('is the failure of the transport as it is', () => {
    const error = new SocketPoolError('CONNECTION_LOST', 'gone');
    expect(toCallFailure(error, 'CONNECTION_LOST')).toBe(error);
  });

  it.each([
    ['text', 'text', 'text'],
    ['an RpcException with text', { status: 'error', message: 'no such order' }, 'no such order'],
    ['an object without a message', { code: 404 }, 'the handler failed'],
    ['null', null, 'the handler failed'],
    ['empty text', '', 'the handler failed'],
    ['an object with another message', { message: { de: 'nein' } }, 'the handler failed'],
  ])('has what a handler threw as its cause: %s', (_, thrown, message) => {
    const error = toCallFailure(thrown, 'HANDLER_FAILED');
    expect(error).toMatchObject({
      code: 'HANDLER_FAILED',
      message,
      processed: 'yes',
      origin: 'remote',
    });
    expect(error.cause).toEqual(thrown);
  });

  it('tells a missing handler apart', () => {
    const error = toCallFailure('There is no matching message handler', 'NO_HANDLER');
    expect(error).toMatchObject({ code: 'NO_HANDLER', processed: 'no' });
  });

  it('covers what a derived class threw', () => {
    const error = toCallFailure(new Error('no token'));
    expect(error).toMatchObject({ code: 'INTERNAL_ERROR', message: 'no token', origin: 'local' });
  });

  it('says why the caller gave up, and whether the server can have run the call', () => {
    const reason = new Error('page left');
    const signal = AbortSignal.abort(reason);
    expect(abortedFailure(signal, 'no')).toMatchObject({
      code: 'CANCELLED',
      processed: 'no',
      cause: reason,
    });
    expect(abortedFailure(signal, 'maybe').processed).toBe('maybe');
  });
});
