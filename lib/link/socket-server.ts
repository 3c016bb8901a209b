import type { AddressInfo, ListenOptions, Server, Socket } from 'node:net';
import type { ListenerHandler } from './link.js';
import type { TcpAddress } from './link-address.js';
import { formatLinkAddress } from './link-address.js';
import type { SocketLinkOptions } from './socket-link.js';
import { SocketLink } from './socket-link.js';

/** The event with which a server hands out sockets that are ready, TLS handshake included. */
export type SocketEvent = 'connection' | 'secureConnection';

/**
 * A `net.Server` or `tls.Server` as listeners need it: `listen()` as a promise, `close()` that waits
 * for no connection, errors told apart, sockets made links.
 */
export class SocketServer {
  readonly #server: Server;
  #handler: ListenerHandler | undefined;
  #isWanted = false;

  constructor(server: Server, socketEvent: SocketEvent, link: SocketLinkOptions) {
    this.#server = server;
    server.on('error', (error: NodeJS.ErrnoException) => this.#onError(error));
    server.on(socketEvent, (socket: Socket) => {
      // A TLS handshake may outlive the listener.
      if (this.#handler === undefined) socket.destroy();
      else this.#handler.onLink(new SocketLink(socket, link));
    });
  }

  get isListening(): boolean {
    return this.#isWanted && this.#server.listening;
  }

  /** Whom failures are reported to, while the server listens. */
  get handler(): ListenerHandler | undefined {
    return this.#handler;
  }

  /** `configured`, with the port that the system chose once there is one. */
  addressOf(configured: TcpAddress): string {
    const bound = this.#server.address() as AddressInfo | null;
    return formatLinkAddress(bound === null ? configured : { ...configured, port: bound.port });
  }

  /** @throws the system's error when the address cannot be bound */
  listen(options: ListenOptions, handler: ListenerHandler): Promise<void> {
    this.#isWanted = true;
    return new Promise((resolve, reject) => {
      const onListening = (): void => {
        this.#server.off('error', onError);
        if (this.#isWanted) {
          this.#handler = handler;
          resolve();
          return;
        }
        // close() was called while the name of the host was looked up.
        this.#server.close();
        reject(new Error('the listener was closed before it listened'));
      };
      const onError = (error: Error): void => {
        this.#server.off('listening', onListening);
        reject(error);
      };
      this.#server.once('listening', onListening).once('error', onError);
      this.#server.listen(options);
    });
  }

  /** When this returns the listening descriptor is closed; accepted sockets live on. */
  close(): void {
    this.#isWanted = false;
    this.#handler = undefined;
    if (this.#server.listening) this.#server.close();
  }

  #onError(error: NodeJS.ErrnoException): void {
    const handler = this.#handler;
    if (error.syscall === 'accept') {
      handler?.onFailedLink?.(error, '');
      return;
    }
    this.close();
    handler?.onError(error);
  }
}
