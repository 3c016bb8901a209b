import type { Socket } from 'node:net';
import type { Server, TLSSocket } from 'node:tls';
import { messageOf } from '../errors/socket-pool-error.js';
import { remoteNameOf } from './socket-names.js';

/** Told of each peer that did not become a link. */
export type FailedHandshakeHandler = (error: Error, remote: string) => void;

/**
 * The peers of a TLS server that are still in their handshake: nobody owns them yet, so they are
 * bounded, and closed with the listener. How long a handshake may take is the TLS server's own option.
 */
export class TlsHandshakes {
  /** By the peer's name: the server puts a new socket around the accepted one, without a public way back. */
  readonly #pending = new Map<string, Socket>();
  readonly #max: number;
  readonly #onFailed: FailedHandshakeHandler;

  constructor(server: Server, max: number, onFailed: FailedHandshakeHandler) {
    this.#max = max;
    this.#onFailed = onFailed;
    server.on('connection', (socket: Socket) => this.#begin(socket));
    server.on('secureConnection', (socket: TLSSocket) => this.#end(socket));
    server.on('tlsClientError', (error: Error, socket: TLSSocket) => this.#fail(error, socket));
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Closes them all. */
  clear(): void {
    for (const socket of this.#pending.values()) socket.destroy();
    this.#pending.clear();
  }

  #begin(socket: Socket): void {
    const remote = remoteNameOf(socket);
    if (this.#pending.size >= this.#max) {
      socket.destroy(new Error(`${this.#max} peers are in their TLS handshake already`));
      return;
    }
    this.#pending.set(remote, socket);
    socket.once('close', () => {
      if (this.#pending.get(remote) === socket) this.#pending.delete(remote);
    });
  }

  #end(socket: TLSSocket): void {
    this.#pending.delete(remoteNameOf(socket));
  }

  #fail(error: Error, socket: TLSSocket): void {
    const remote = remoteNameOf(socket);
    // After its timeout a handshake is still there.
    socket.destroy();
    this.#onFailed(reasonOf(error, socket), remote);
  }
}

/** Of a certificate that was refused, Node's error says only that the socket was closed. */
function reasonOf(error: Error, socket: TLSSocket): Error {
  const reason: unknown = socket.authorizationError;
  if (reason == null) return error;
  return new Error(`the peer's certificate was refused: ${messageOf(reason)}`, { cause: error });
}
