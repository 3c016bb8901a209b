import type { Socket } from 'node:net';
import { SocketPoolError, messageOf } from '../errors/socket-pool-error.js';
import type { Link } from './link.js';
import type { SocketLinkOptions } from './socket-link.js';
import { SocketLink } from './socket-link.js';

/** What tells one kind of socket from another while it is dialed. */
export interface SocketDial {
  /** For error messages: `tcp://10.0.0.7:4000`. */
  readonly address: string;
  readonly link: SocketLinkOptions;
  /** The event after which the socket can be used, TLS handshake included. */
  readonly readyEvent: 'connect' | 'secureConnect';
  /** Begins to connect. */
  readonly open: () => Socket;
}

/**
 * Waits until a socket is ready. However that ends otherwise (refused, TLS failed, given up), the
 * descriptor is closed by the time the promise rejects.
 *
 * @throws SocketPoolError `CONNECT_FAILED`
 */
export function dialSocket(dial: SocketDial, signal: AbortSignal): Promise<Link> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(connectFailed(dial.address, signal.reason));
      return;
    }
    try {
      watchSocket(dial, signal, resolve, reject);
    } catch (error) {
      reject(connectFailed(dial.address, error));
    }
  });
}

function watchSocket(
  dial: SocketDial,
  signal: AbortSignal,
  resolve: (link: Link) => void,
  reject: (error: SocketPoolError) => void,
): void {
  const socket = dial.open();
  const fail = (cause: unknown): void => {
    forget();
    // An error may follow the destroy; nobody is interested in it any more.
    socket.on('error', () => undefined);
    socket.destroy();
    reject(connectFailed(dial.address, cause));
  };
  const succeed = (): void => {
    forget();
    // At once, not after the promise: between the two nobody would listen for errors.
    resolve(new SocketLink(socket, dial.link));
  };
  const onAbort = (): void => fail(signal.reason);
  const onClose = (): void => fail(new Error('the socket was closed'));
  const forget = (): void => {
    signal.removeEventListener('abort', onAbort);
    socket.off('error', fail).off('close', onClose).off(dial.readyEvent, succeed);
  };
  signal.addEventListener('abort', onAbort);
  socket.on('error', fail).on('close', onClose).on(dial.readyEvent, succeed);
}

function connectFailed(address: string, cause: unknown): SocketPoolError {
  return new SocketPoolError('CONNECT_FAILED', `cannot connect to ${address}: ${reasonOf(cause)}`, {
    cause,
  });
}

/** A name with several addresses fails with an error that has no message of its own. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof AggregateError) || cause.message !== '') return messageOf(cause);
  return cause.errors.map((error) => messageOf(error)).join(', ');
}
