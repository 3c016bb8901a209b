import type { SecureContextOptions, Server, TlsOptions } from 'node:tls';
import { createServer } from 'node:tls';
import { invalidOptionsError, messageOf } from '../errors/socket-pool-error.js';
import type { Listener, ListenerHandler } from './link.js';
import type { TcpAddress } from './link-address.js';
import { formatLinkAddress } from './link-address.js';
import type { ListenerOptions } from './link-options.js';
import { SocketServer } from './socket-server.js';
import { TlsHandshakes } from './tls-handshakes.js';

/**
 * Hands over links whose handshake is done. With `requestCert` and `ca` it is mutual: only peers with a
 * certificate of that authority come in, and `peerName` is theirs.
 */
export class TlsListener implements Listener {
  readonly server: Server;
  readonly #target: TcpAddress;
  readonly #options: ListenerOptions;
  readonly #tls: TlsOptions;
  readonly #server: SocketServer;
  readonly #handshakes: TlsHandshakes;

  /** @throws SocketPoolError `INVALID_OPTIONS` when keys or certificates cannot be used */
  constructor(target: TcpAddress, options: ListenerOptions, tls: TlsOptions) {
    this.#target = target;
    this.#options = options;
    this.#tls = tls;
    this.server = this.#createServer();
    this.#server = new SocketServer(this.server, 'secureConnection', options);
    this.#handshakes = new TlsHandshakes(this.server, options.maxTlsHandshakes, (error, remote) =>
      this.#server.handler?.onFailedLink?.(error, remote),
    );
  }

  get address(): string {
    return this.#server.addressOf(this.#target);
  }

  get isListening(): boolean {
    return this.#server.isListening;
  }

  /** Peers that are in their TLS handshake. */
  get pendingHandshakes(): number {
    return this.#handshakes.size;
  }

  listen(handler: ListenerHandler): Promise<void> {
    const { host, port } = this.#target;
    return this.#server.listen({ host, port, backlog: this.#options.backlog }, handler);
  }

  close(): Promise<void> {
    this.#server.close();
    this.#handshakes.clear();
    return Promise.resolve();
  }

  /**
   * Takes new keys and certificates for the handshakes to come; links that exist keep theirs. What is
   * not given (authorities, versions, ciphers) stays as it was.
   *
   * @throws SocketPoolError `INVALID_OPTIONS` when they cannot be used; the old ones stay
   */
  setSecureContext(context: SecureContextOptions): void {
    const { key: _key, cert: _cert, pfx: _pfx, passphrase: _passphrase, ...terms } = this.#tls;
    const isNewIdentity = context.cert !== undefined || context.pfx !== undefined;
    try {
      this.server.setSecureContext({ ...(isNewIdentity ? terms : this.#tls), ...context });
    } catch (error) {
      throw this.#invalid(error);
    }
  }

  #createServer(): Server {
    const handshakeTimeout = this.#tls.handshakeTimeout ?? this.#options.tlsHandshakeTimeoutMs;
    try {
      return createServer({ ...this.#tls, handshakeTimeout, pauseOnConnect: true });
    } catch (error) {
      throw this.#invalid(error);
    }
  }

  #invalid(error: unknown): Error {
    return invalidOptionsError(formatLinkAddress(this.#target), [`tls: ${messageOf(error)}`]);
  }
}
