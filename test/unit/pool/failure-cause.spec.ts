import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../lib/errors/error-codes.js';
import { SocketPoolError } from '../../../lib/errors/socket-pool-error.js';
import { closeReason, connectFailureCause } from '../../../lib/pool/failure-cause.js';

const failed = (code: ErrorCode, cause?: unknown): SocketPoolError =>
  new SocketPoolError(code, 'test', { cause });
const system = (code: string): Error => Object.assign(new Error(code), { code });

describe('the cause of a failed attempt to connect', () => {
  it.each([
    ['ECONNREFUSED', 'refused'],
    ['ENOENT', 'refused'],
    ['EHOSTUNREACH', 'unreachable'],
    ['EACCES', 'unreachable'],
    ['ENOTFOUND', 'nameNotFound'],
    ['EAI_AGAIN', 'nameNotFound'],
    ['ETIMEDOUT', 'timeout'],
    ['ECONNRESET', 'reset'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
    ['EPROTO', 'tls'],
    ['EMFILE', 'other'],
  ])('of %s is %s', (code, cause) => {
    expect(connectFailureCause(failed('CONNECT_FAILED', system(code)))).toBe(cause);
  });

  it.each([
    ['CONNECT_TIMEOUT', 'timeout'],
    ['POOL_CLOSED', 'abandoned'],
    ['HANDSHAKE_FAILED', 'handshake'],
    ['UNSUPPORTED_VERSION', 'handshake'],
    ['CONNECTION_LOST', 'reset'],
  ] as const)('of %s is %s', (code, cause) => {
    expect(connectFailureCause(failed(code))).toBe(cause);
  });

  it('is found below other errors, and below several addresses that failed together', () => {
    const deep = failed('CONNECT_FAILED', new Error('dial', { cause: system('ECONNREFUSED') }));
    const several = new AggregateError([system('ECONNREFUSED'), system('EHOSTUNREACH')]);
    expect(connectFailureCause(deep)).toBe('refused');
    expect(connectFailureCause(failed('CONNECT_FAILED', several))).toBe('refused');
  });

  it('of a link that ended before its handshake was over is a reset', () => {
    expect(connectFailureCause(failed('CONNECT_FAILED'))).toBe('reset');
  });

  it('is found in bounded time, whatever refers to whatever', () => {
    const circle = new Error('circle');
    circle.cause = circle;
    expect(connectFailureCause(failed('CONNECT_FAILED', circle))).toBe('other');
  });
});

describe('who closed a connection', () => {
  it.each([
    ['an end without an error', undefined, 'peer ended'],
    ['a failure of the link', system('ECONNRESET'), 'peer reset'],
    ['silence', failed('HEARTBEAT_TIMEOUT'), 'us heartbeat'],
    ['a broken rule', failed('PROTOCOL_ERROR'), 'us protocolError'],
    ['a message over the limit', failed('MESSAGE_TOO_LARGE'), 'us protocolError'],
    ['a defect of this end', failed('INTERNAL_ERROR'), 'us other'],
    [
      'a peer that says why',
      new SocketPoolError('PROTOCOL_ERROR', 'test', { origin: 'remote' }),
      'peer goAway',
    ],
  ])('%s', (_case, error, expected) => {
    const { by, cause } = closeReason(error);
    expect(`${by} ${cause}`).toBe(expected);
  });
});
