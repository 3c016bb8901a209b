import type { SecureContextOptions } from 'node:tls';
import { invalidOptionsError } from '../errors/socket-pool-error.js';
import type { Listener, ListenerHandler } from '../link/link.js';
import { TlsListener } from '../link/tls-listener.js';

/** Several listeners that listen together or not at all. */
export class ListenerGroup {
  readonly listeners: readonly Listener[];
  /** The addresses as configured: port 0 lets the system choose. */
  readonly configured: readonly string[];

  constructor(listeners: readonly Listener[]) {
    this.listeners = listeners;
    this.configured = this.addresses;
  }

  get hasTls(): boolean {
    return this.#tlsListeners.length > 0;
  }

  /** As configured; while listening with the ports that were chosen. */
  get addresses(): string[] {
    return this.listeners.map(({ address }) => address);
  }

  /** @throws the system's error of the first address that cannot be bound; the others are closed then */
  async listen(handlerOf: (listener: Listener) => ListenerHandler): Promise<void> {
    const attempts = this.listeners.map((listener) => listener.listen(handlerOf(listener)));
    const results = await Promise.allSettled(attempts);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed === undefined) return;
    await this.close();
    throw failed.reason as Error;
  }

  async close(): Promise<void> {
    await Promise.all(this.listeners.map((listener) => listener.close()));
  }

  /**
   * New keys and certificates for the TLS handshakes to come.
   *
   * @throws SocketPoolError `INVALID_OPTIONS` when they cannot be used, or nobody listens with TLS
   */
  setSecureContext(context: SecureContextOptions): void {
    if (!this.hasTls)
      throw invalidOptionsError('the acceptor', ['tls: no address of it begins with tls://']);
    for (const listener of this.#tlsListeners) listener.setSecureContext(context);
  }

  /** Bounds the sockets of each TLS listener, those still in their handshake included: more are closed at once. */
  limitPeers(maxPeers: number): void {
    for (const { server } of this.#tlsListeners) server.maxConnections = maxPeers;
  }

  get #tlsListeners(): TlsListener[] {
    return this.listeners.filter((listener) => listener instanceof TlsListener);
  }
}
