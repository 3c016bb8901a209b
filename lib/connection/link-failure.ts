import { messageOf, SocketPoolError } from '../errors/socket-pool-error.js';

/** Not even heartbeats came. */
export function silentError(remote: string, silentMs: number): SocketPoolError {
  const text = `${remote} has sent nothing for ${silentMs} ms, heartbeats included`;
  return new SocketPoolError('HEARTBEAT_TIMEOUT', text);
}

/** A message was begun and not finished in time. */
export function lateError(remote: string, limitMs: number, bytes: number): SocketPoolError {
  const text = `${remote} took more than ${limitMs} ms to send one message (${bytes} bytes so far)`;
  return new SocketPoolError('PROTOCOL_ERROR', text);
}

/** What arrived cannot be read, or whoever it was handed to threw. */
export function unreadableError(remote: string, error: unknown): SocketPoolError {
  if (error instanceof SocketPoolError) return error;
  const text = `reading from ${remote} failed: ${messageOf(error)}`;
  return new SocketPoolError('INTERNAL_ERROR', text, { cause: error });
}

/** A client sent what the decoder lets pass, but the state of the connection does not. */
export function brokenRuleError(remote: string, what: string): SocketPoolError {
  return new SocketPoolError('PROTOCOL_ERROR', `${remote} broke the protocol: ${what}`);
}

export function slowReaderError(remote: string, why: string): SocketPoolError {
  return new SocketPoolError('CONNECTION_LOST', `${remote} ${why}`);
}
