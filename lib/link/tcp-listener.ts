import type { Server } from 'node:net';
import { createServer } from 'node:net';
import type { Listener, ListenerHandler } from './link.js';
import type { TcpAddress } from './link-address.js';
import type { ListenerOptions } from './link-options.js';
import { SocketServer } from './socket-server.js';

/** A port can be bound again right after a restart: Node sets `SO_REUSEADDR` by itself. */
export class TcpListener implements Listener {
  readonly server: Server;
  readonly #target: TcpAddress;
  readonly #options: ListenerOptions;
  readonly #server: SocketServer;

  constructor(target: TcpAddress, options: ListenerOptions) {
    this.#target = target;
    this.#options = options;
    this.server = createServer({ pauseOnConnect: true });
    this.#server = new SocketServer(this.server, 'connection', options);
  }

  get address(): string {
    return this.#server.addressOf(this.#target);
  }

  get isListening(): boolean {
    return this.#server.isListening;
  }

  listen(handler: ListenerHandler): Promise<void> {
    const { host, port } = this.#target;
    return this.#server.listen({ host, port, backlog: this.#options.backlog }, handler);
  }

  close(): Promise<void> {
    this.#server.close();
    return Promise.resolve();
  }
}
