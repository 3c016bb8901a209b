import { expect, it } from 'vitest';
import type { ErrorCode } from '../../../lib/errors/error-codes.js';
import { SocketPoolError } from '../../../lib/errors/socket-pool-error.js';
import { outcomeOfCall, outcomeOfFailure } from '../../../lib/pool/attempt-outcome.js';

const remote = (code: ErrorCode): SocketPoolError =>
  new SocketPoolError(code, '', { origin: 'remote' });
const local = (code: ErrorCode): SocketPoolError => new SocketPoolError(code, '');

it('a timeout and a lost connection are failures without an answer', () => {
  expect(outcomeOfFailure(local('CONNECTION_LOST'))).toBe('lost');
  expect(outcomeOfFailure(local('HEARTBEAT_TIMEOUT'))).toBe('lost');
  expect(outcomeOfFailure(remote('DEADLINE_EXCEEDED'))).toBe('late');
  expect(outcomeOfCall('deadline', false)).toBe('late');
});

it('a failure that the server tells of is an answer', () => {
  for (const code of ['INTERNAL_ERROR', 'UNSERIALIZABLE_REPLY', 'REPLY_TOO_LARGE'] as const)
    expect(outcomeOfFailure(remote(code))).toBe('answered');
  expect(outcomeOfCall('failed', false)).toBe('answered');
});

it('a rejected call says nothing', () => {
  expect(outcomeOfFailure(remote('REJECTED'))).toBe('nothing');
});

it('a cancelled call says nothing', () => {
  expect(outcomeOfCall('cancelled', false)).toBe('nothing');
  expect(outcomeOfFailure(remote('CANCELLED'))).toBe('nothing');
});

it('what was never written, or could not be encoded here, says nothing', () => {
  const unwritten = new SocketPoolError('CONNECTION_LOST', '', { processed: 'no' });
  expect(outcomeOfFailure(unwritten)).toBe('nothing');
  for (const code of ['UNSERIALIZABLE_PAYLOAD', 'INTERNAL_ERROR', 'MESSAGE_TOO_LARGE'] as const)
    expect(outcomeOfFailure(local(code))).toBe('nothing');
});

it('a stream whose time is over after values came has not failed', () => {
  expect(outcomeOfCall('deadline', true)).toBe('nothing');
});
