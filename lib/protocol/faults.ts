import { messageOf, SocketPoolError } from '../errors/socket-pool-error.js';

/** For bytes after which the connection cannot go on. */
export function protocolError(message: string): SocketPoolError {
  return new SocketPoolError('PROTOCOL_ERROR', message);
}

/** For a value that the sender cannot encode. */
export function unserializable(what: string, cause: unknown): SocketPoolError {
  return new SocketPoolError(
    'UNSERIALIZABLE_PAYLOAD',
    `${what} cannot be encoded: ${messageOf(cause)}`,
    { cause },
  );
}

/** For bytes that the receiver cannot decode. */
export function undecodable(what: string, cause: unknown): SocketPoolError {
  return new SocketPoolError('BAD_PAYLOAD', `${what} cannot be decoded: ${messageOf(cause)}`, {
    cause,
  });
}

/** For a message, or a part of one, above its limit. */
export function tooLarge(part: string, bytes: number, limit: number): SocketPoolError {
  return new SocketPoolError(
    'MESSAGE_TOO_LARGE',
    `the ${part} has ${bytes} bytes or more, the limit is ${limit} bytes`,
  );
}
