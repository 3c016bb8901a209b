import { messageOf, SocketPoolError } from '../../errors/socket-pool-error.js';

/** What of a link was not done in time. */
export function lateOpeningError(
  address: string,
  timeoutMs: number,
  hasLink: boolean,
): SocketPoolError {
  const what = hasLink ? '`create` made no resource of the link to' : 'no link to';
  return new SocketPoolError('CONNECT_TIMEOUT', `${what} ${address} within ${timeoutMs} ms`);
}

/** @param hasLink the link stood: it was the user's `create` that failed */
export function openingError(address: string, error: unknown, hasLink: boolean): SocketPoolError {
  if (error instanceof SocketPoolError) return error;
  const what = hasLink ? '`create` for a link' : 'connecting';
  return new SocketPoolError(
    hasLink ? 'HANDSHAKE_FAILED' : 'CONNECT_FAILED',
    `${what} to ${address} failed: ${messageOf(error)}`,
    { cause: error },
  );
}

export function givenUpError(address: string): SocketPoolError {
  return new SocketPoolError('POOL_CLOSED', `connecting to ${address} was given up`);
}

export function lostLinkError(address: string, cause: Error | undefined): SocketPoolError {
  const why = cause === undefined ? 'the peer closed it' : messageOf(cause);
  return new SocketPoolError('CONNECTION_LOST', `the link to ${address} was lost: ${why}`, {
    cause,
  });
}

export function unaskedError(address: string): SocketPoolError {
  const text = `${address} sent bytes that nobody had asked for (links.idleData is close)`;
  return new SocketPoolError('PROTOCOL_ERROR', text);
}

export function lateWorkError(what: string, address: string, timeoutMs: number): SocketPoolError {
  const text = `\`${what}\` of a link to ${address} took longer than ${timeoutMs} ms`;
  return new SocketPoolError('DEADLINE_EXCEEDED', text, { processed: 'no' });
}
