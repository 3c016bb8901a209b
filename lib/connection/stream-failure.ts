import type { Processed } from '../errors/error-codes.js';
import { messageOf, SocketPoolError } from '../errors/socket-pool-error.js';
import type { GoAwayFrame, RejectedFrame } from '../protocol/frame.js';
import { FrameType, GoAwayReason, RejectReason } from '../protocol/frame.js';
import type { ViolationCause } from './framed-link-handler.js';

/** The connection ended under a stream. */
export function lostError(
  remote: string,
  cause: Error | undefined,
  processed: Processed = 'maybe',
): SocketPoolError {
  const code = cause instanceof SocketPoolError ? cause.code : 'CONNECTION_LOST';
  const why = cause === undefined ? 'the peer closed it' : messageOf(cause);
  const text = `the connection to ${remote} was lost: ${why}`;
  // Where the pool is closed there is no elsewhere, however safe sending it again would be.
  const retryable = processed === 'no' && code !== 'POOL_CLOSED';
  return new SocketPoolError(code, text, { processed, retryable, cause });
}

const REJECT_TEXT: Readonly<Record<number, string>> = {
  [RejectReason.Draining]: 'it is draining',
  [RejectReason.Overloaded]: 'it is overloaded',
  [RejectReason.TooManyStreams]: 'too many calls are in flight on the connection',
  [RejectReason.DeadlinePassed]: 'the deadline had passed before the call could start',
  [RejectReason.RateLimited]: 'the caller is over its rate',
};

/** The server refused a stream before anything ran. */
export function refusalError(remote: string, frame: RejectedFrame | GoAwayFrame): SocketPoolError {
  const isRejected = frame.type === FrameType.Rejected;
  const why =
    frame.message ||
    (isRejected
      ? (REJECT_TEXT[frame.reason] ?? `reason ${frame.reason}`)
      : 'it takes no new calls');
  const isLate = isRejected && frame.reason === RejectReason.DeadlinePassed;
  return new SocketPoolError(
    isLate ? 'DEADLINE_EXCEEDED' : 'REJECTED',
    `${remote} refused the call: ${why}`,
    {
      processed: 'no',
      retryable: !isLate,
      origin: 'remote',
      retryAfterMs: isRejected && frame.retryAfterMs > 0 ? frame.retryAfterMs : undefined,
    },
  );
}

/** The server ended the handshake with a go-away. */
export function handshakeRefusedError(remote: string, frame: GoAwayFrame): SocketPoolError {
  const isVersion = frame.reason === GoAwayReason.UnsupportedVersion;
  const isTransient =
    frame.reason === GoAwayReason.TooManyConnections || frame.reason === GoAwayReason.Shutdown;
  const text = `${remote} refused the connection: ${frame.message || `reason ${frame.reason}`}`;
  return new SocketPoolError(isVersion ? 'UNSUPPORTED_VERSION' : 'HANDSHAKE_FAILED', text, {
    origin: 'remote',
    retryable: isTransient,
  });
}

/** The server ended the connection because this end broke a rule. */
export function brokenOffError(remote: string, frame: GoAwayFrame): SocketPoolError {
  const text = `${remote} ended the connection: ${frame.message || 'this end broke the protocol'}`;
  return new SocketPoolError('PROTOCOL_ERROR', text, { origin: 'remote' });
}

/** A call came to a connection that takes none, because it has not begun or is about to end. */
export function notOpenError(remote: string, state: string): SocketPoolError {
  const text = `the connection to ${remote} takes no calls: it is ${state}`;
  return new SocketPoolError('CONNECTION_LOST', text, { processed: 'no', retryable: true });
}

/** A call came to a connection on which too much waits to be sent. */
export function unreadError(remote: string, bytes: number): SocketPoolError {
  const text = `${remote} takes no calls for now: it has left ${bytes} bytes unread`;
  return new SocketPoolError('NO_CONNECTION', text);
}

/** In what words. Of a defect of this end it is not told more. */
export function goAwayTextOf(error: SocketPoolError): string {
  return error.code === 'INTERNAL_ERROR' ? 'an internal error' : error.message;
}

/** Why a peer is told that its connection ends. */
export function goAwayReasonOf(error: SocketPoolError, cause: ViolationCause): GoAwayReason {
  if (cause === 'messageTimeout') return GoAwayReason.Timeout;
  if (cause === 'other') return GoAwayReason.Retired;
  return error.code === 'UNSUPPORTED_VERSION'
    ? GoAwayReason.UnsupportedVersion
    : GoAwayReason.ProtocolError;
}
