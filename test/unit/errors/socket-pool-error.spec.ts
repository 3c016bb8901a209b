import { describe, expect, it } from 'vitest';
import {
  invalidOptionsError,
  messageOf,
  SocketPoolError,
} from '../../../lib/errors/socket-pool-error.js';

describe('SocketPoolError', () => {
  it('is an error with the answers that its code usually has', () => {
    const error = new SocketPoolError('REJECTED', '10.0.0.7:4000 is draining');
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe('SocketPoolError: 10.0.0.7:4000 is draining');
    expect(error).toMatchObject({
      code: 'REJECTED',
      processed: 'no',
      retryable: true,
      origin: 'local',
    });
    expect(error.retryAfterMs).toBeUndefined();
    expect('cause' in error).toBe(false);
    expect(error.stack).toContain('socket-pool-error.spec');
  });

  it('takes what the place of failure knows better', () => {
    const cause = new Error('ECONNRESET');
    const details = {
      processed: 'no',
      retryable: true,
      origin: 'remote',
      cause,
      retryAfterMs: 50,
    } as const;
    expect(new SocketPoolError('CONNECTION_LOST', 'lost', details)).toMatchObject(details);
  });

  it('is not retryable when the call may have run, whatever its code usually says', () => {
    for (const processed of ['maybe', 'yes'] as const) {
      expect(new SocketPoolError('REJECTED', '', { processed }).retryable).toBe(false);
    }
  });

  it('tells more of a call without losing the rest', () => {
    const cause = new Error('why');
    const error = new SocketPoolError('REJECTED', 'text', {
      origin: 'remote',
      cause,
      retryAfterMs: 5,
    });
    expect(error.withProcessed('maybe')).toMatchObject({
      code: 'REJECTED',
      message: 'text',
      processed: 'maybe',
      retryable: false,
      origin: 'remote',
      cause,
      retryAfterMs: 5,
    });
    expect(error.withProcessed('no')).toBe(error);
    expect(error.processed).toBe('no');
  });
});

describe('invalidOptionsError', () => {
  it('lists every problem on a line of its own', () => {
    const error = invalidOptionsError("the pool 'orders'", [
      'a: 1 is not 2',
      'b: there is no such option',
    ]);
    expect(error.code).toBe('INVALID_OPTIONS');
    expect(error.message).toBe(
      "2 options are not usable for the pool 'orders':\n  - a: 1 is not 2\n  - b: there is no such option",
    );
    expect(invalidOptionsError('x', ['a']).message).toBe('1 option is not usable for x:\n  - a');
  });
});

describe('messageOf', () => {
  it.each([
    [new Error('broken'), 'broken'],
    [new TypeError(), 'TypeError'],
    [new AggregateError([]), 'AggregateError'],
    [new AggregateError([new Error('part')], 'all of it'), 'all of it'],
    ['broken', 'broken'],
    [{ message: 'not an error' }, 'an unknown error'],
    [undefined, 'an unknown error'],
    [null, 'an unknown error'],
    [Object.create(null), 'an unknown error'],
  ])('of %o is %j', (thrown, message) => {
    expect(messageOf(thrown)).toBe(message);
  });

  it('of an aggregate without a message of its own is that of its parts', () => {
    const refused = new AggregateError([
      new Error('connect ECONNREFUSED ::1:4000'),
      new Error('connect ECONNREFUSED 127.0.0.1:4000'),
    ]);
    expect(messageOf(refused)).toBe(
      'connect ECONNREFUSED ::1:4000; connect ECONNREFUSED 127.0.0.1:4000',
    );
  });
});
