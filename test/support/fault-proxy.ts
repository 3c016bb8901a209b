import type { AddressInfo, Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { Random } from '../../lib/common/random.js';
import { seededRandom } from '../../lib/common/random.js';
import type { Toxics } from './fault-pipe.js';
import { FaultPipe, holdsBytes } from './fault-pipe.js';

export interface FaultProxyOptions {
  readonly toxics?: Toxics;
  /** After how many bytes, both directions together, a connection is cut; asked once for each. */
  readonly cutAfterBytes?: () => number;
  /** How it is cut: what was forwarded arrives and then the end, or a reset that may overtake it. */
  readonly cutBy?: 'end' | 'reset';
  /** Accepts, never connects further, never says a word. */
  readonly isMute?: boolean;
  /** Of the jitter. */
  readonly random?: Random;
}

/** A proxy that stands between two real ends and does them harm. */
export class FaultProxy {
  /** How many connections were cut because their bytes were used up. */
  cuts = 0;
  /** How many connections came, ever. */
  accepted = 0;
  cutAfterBytes: () => number;
  cutBy: 'end' | 'reset';
  isMute: boolean;
  readonly random: Random;
  #toxics: Toxics;
  #port = 0;
  readonly #server: Server;
  readonly #connections = new Set<ProxiedConnection>();

  private constructor(
    readonly targetPort: number,
    options: FaultProxyOptions,
  ) {
    this.#toxics = options.toxics ?? {};
    this.cutAfterBytes = options.cutAfterBytes ?? (() => Infinity);
    this.cutBy = options.cutBy ?? 'end';
    this.isMute = options.isMute ?? false;
    this.random = options.random ?? seededRandom(1);
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
      this.#accept(socket),
    );
  }

  /** Listens on a port of 127.0.0.1 and forwards to another. */
  static async open(targetPort: number, options: FaultProxyOptions = {}): Promise<FaultProxy> {
    const proxy = new FaultProxy(targetPort, options);
    await proxy.#listen();
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  /** `tcp://127.0.0.1:port`. */
  get address(): string {
    return `tcp://127.0.0.1:${this.port}`;
  }

  get openConnections(): number {
    return this.#connections.size;
  }

  get toxics(): Toxics {
    return this.#toxics;
  }

  set toxics(toxics: Toxics) {
    this.#toxics = toxics;
    for (const connection of this.#connections) connection.change();
  }

  /** Resets every open connection, towards both ends. */
  resetAll(): void {
    for (const connection of this.#connections) connection.reset();
  }

  /** Ends every open connection, towards both ends. */
  endAll(): void {
    for (const connection of this.#connections) connection.end();
  }

  /** Accepts nothing more; open connections stay. */
  stopAccepting(): void {
    if (this.#server.listening) this.#server.close();
  }

  /** As if nobody were there: connections are reset, new ones refused. */
  goDown(): void {
    this.stopAccepting();
    this.resetAll();
  }

  /** Listens again, at the same port. */
  async comeUp(): Promise<void> {
    if (!this.#server.listening) await this.#listen();
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.resetAll();
    });
  }

  #listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        this.#port = (this.#server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  #accept(socket: Socket): void {
    this.accepted++;
    const connection = new ProxiedConnection(socket, this);
    this.#connections.add(connection);
    connection.onClose = () => this.#connections.delete(connection);
  }
}

class ProxiedConnection {
  onClose: () => void = () => undefined;
  readonly #near: Socket;
  readonly #far: Socket | undefined;
  readonly #proxy: FaultProxy;
  #pipes: FaultPipe[] = [];
  #allowance: number;
  #hadError = false;
  #doom: NodeJS.Timeout | undefined;

  constructor(near: Socket, proxy: FaultProxy) {
    this.#near = near;
    this.#proxy = proxy;
    this.#schedule();
    this.#allowance = proxy.cutAfterBytes();
    if (!proxy.isMute) this.#far = this.#connect();
    for (const socket of this.#sockets) {
      socket.on('error', () => undefined);
      socket.on('close', (hadError) => this.#onClose(hadError));
    }
    // Who says nothing still lets go when the peer does.
    if (this.#far === undefined) near.on('end', () => near.destroy()).resume();
    else this.#far.once('connect', () => this.#pipe());
  }

  get toxics(): Toxics {
    return this.#proxy.toxics;
  }

  get random(): Random {
    return this.#proxy.random;
  }

  allow(bytes: number): number {
    const allowed = Math.min(bytes, this.#allowance);
    this.#allowance -= allowed;
    return allowed;
  }

  cut(): void {
    this.#proxy.cuts++;
    if (this.#proxy.cutBy === 'reset') this.reset();
    else this.end();
  }

  reset(): void {
    for (const socket of this.#sockets) resetNow(socket);
  }

  end(): void {
    for (const socket of this.#sockets) socket.destroySoon();
  }

  /** To be called when the toxics were changed. */
  change(): void {
    this.#schedule();
    this.wake();
  }

  wake(): void {
    for (const pipe of this.#pipes) pipe.wake();
    this.#passResetOn();
  }

  get #sockets(): Socket[] {
    return this.#far === undefined ? [this.#near] : [this.#near, this.#far];
  }

  #connect(): Socket {
    const { targetPort: port } = this.#proxy;
    return connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  }

  #pipe(): void {
    const [near, far] = [this.#near, this.#far!];
    this.#pipes = [new FaultPipe(near, far, this), new FaultPipe(far, near, this)];
  }

  /** The time after which a connection ends, or is reset, runs from its start or from the change. */
  #schedule(): void {
    clearTimeout(this.#doom);
    const { timeoutMs, resetAfterMs } = this.toxics;
    if (timeoutMs !== undefined) this.#doom = setTimeout(() => this.end(), timeoutMs);
    else if (resetAfterMs !== undefined) this.#doom = setTimeout(() => this.reset(), resetAfterMs);
  }

  #onClose(hadError: boolean): void {
    this.#hadError ||= hadError;
    this.wake();
    if (!this.#sockets.every((socket) => socket.closed)) return;
    clearTimeout(this.#doom);
    this.onClose();
  }

  /** One side was reset: so is the other, unless nothing gets through. Ends travel with the bytes. */
  #passResetOn(): void {
    if (this.#hadError && !holdsBytes(this.toxics)) this.reset();
  }
}

/**
 * `resetAndDestroy()` sends what is pending and an end before the reset, and a peer may stop at the end.
 * A socket whose own end is on its way cannot be reset any more: Node would lose its handle, still open.
 */
function resetNow(socket: Socket): void {
  if (!socket.connecting && !socket.writableEnded) Object.assign(socket, { resetAndClosing: true });
  socket.destroy();
}
