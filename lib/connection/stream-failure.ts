import type { Processed } from '../errors/error-codes.js';
import { messageOf, SocketPoolError } from '../errors/socket-pool-error.js';
import type { GoAwayFrame, RejectedFrame } from '../protocol/frame.js';
import { FrameType, GoAwayReason, RejectReason } from '../protocol/frame.js';
import type { ViolationCause } from './framed-link.js';

/** The connection ended under a stream. */
export function lostError(
  remote: string,
  cause: Error | undefined,
  processed: Processed = 'maybe',
): SocketPoolError {
  const code = cause instanceof SocketPoolError ? cause.code : 'CONNECTION_LOST';
  const why = cause === undefined ? 'the peer closed it' : messageOf(cause);
  const text = `the connection to ${remote} was lost: ${why}`;
  return new SocketPoolError(code, text, { processed, retryable: processed === 'no', cause });
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

/** What a peer is told that broke a rule. */
export function goAwayReasonOf(error: SocketPoolError, cause: ViolationCause): GoAwayReason {
  if (cause === 'messageTimeout') return GoAwayReason.Timeout;
  return error.code === 'UNSUPPORTED_VERSION'
    ? GoAwayReason.UnsupportedVersion
    : GoAwayReason.ProtocolError;
}
