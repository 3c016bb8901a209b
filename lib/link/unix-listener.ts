import { chmodSync } from 'node:fs';
import type { Server } from 'node:net';
import { createServer } from 'node:net';
import type { Listener, ListenerHandler } from './link.js';
import type { UnixAddress } from './link-address.js';
import { formatLinkAddress } from './link-address.js';
import type { ListenerOptions } from './link-options.js';
import { SocketServer } from './socket-server.js';
import { removeStaleSocket } from './stale-socket.js';

/** The file of the socket is removed when the listener closes: libuv does it. */
export class UnixListener implements Listener {
  readonly address: string;
  readonly server: Server;
  readonly #path: string;
  readonly #options: ListenerOptions;
  readonly #server: SocketServer;
  #isWanted = false;

  constructor(target: UnixAddress, options: ListenerOptions) {
    this.address = formatLinkAddress(target);
    this.#path = target.path;
    this.#options = options;
    this.server = createServer({ pauseOnConnect: true });
    const link = { keepAliveMs: options.keepAliveMs, path: target.path };
    this.#server = new SocketServer(this.server, 'connection', link);
  }

  get isListening(): boolean {
    return this.#server.isListening;
  }

  /** A file that a killed process left behind is replaced; one that somebody listens on is not. */
  async listen(handler: ListenerHandler): Promise<void> {
    this.#isWanted = true;
    try {
      await this.#bind(handler);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      if (!(await removeStaleSocket(this.#path)) || !this.#isWanted) throw error;
      await this.#bind(handler);
    }
  }

  close(): Promise<void> {
    this.#isWanted = false;
    this.#server.close();
    return Promise.resolve();
  }

  async #bind(handler: ListenerHandler): Promise<void> {
    const path = this.#path;
    await this.#server.listen({ path, backlog: this.#options.backlog }, handler);
    const mode = this.#options.unixMode;
    if (mode === undefined) return;
    try {
      chmodSync(path, mode);
    } catch (error) {
      this.#server.close();
      throw error;
    }
  }
}
