import type { BalancedNode } from '../balancing/balanced-node.js';
import { HealthClass } from '../balancing/balanced-node.js';
import type { Clock, Timer } from '../common/clock.js';
import type { ErrorCode } from '../errors/error-codes.js';
import { messageOf, SocketPoolError } from '../errors/socket-pool-error.js';
import type {
  ClientConnectionHandler,
  ClientConnectionOptions,
} from '../connection/client-connection-options.js';
import { ClientConnection } from '../connection/client-connection.js';
import type { PeerCondition } from '../connection/peer-condition.js';
import type { Dialer, Link } from '../link/link.js';
import type { ActiveCloseCause } from '../metrics/causes.js';
import type { TrafficCounts } from '../metrics/snapshot.js';
import type { GoAwayFrame } from '../protocol/frame.js';
import type { CloseReason } from './failure-cause.js';
import { closeReason } from './failure-cause.js';

/** What one connection of a pool tells its endpoint. */
export interface PooledConnectionOwner {
  onEstablished(pooled: PooledConnection): void;
  onEstablishFailed(pooled: PooledConnection, error: SocketPoolError): void;
  /** Takes no new calls any more; `goAway` when the server asked for it. */
  onDraining(pooled: PooledConnection, goAway: GoAwayFrame | undefined): void;
  /** The server became busy or stuck, or is ready again. */
  onCondition(pooled: PooledConnection, condition: PeerCondition): void;
  /** Only for connections that had been established. */
  onClosed(pooled: PooledConnection, reason: CloseReason, error: Error | undefined): void;
}

export interface PooledConnectionOptions {
  readonly dialer: Dialer;
  readonly clock: Clock;
  /** For link, TLS and handshake together. */
  readonly connectTimeoutMs: number;
  readonly connection: ClientConnectionOptions;
  /** How old it may grow once it is established, in ms. */
  readonly lifetimeMs: number;
}

const NO_TRAFFIC: TrafficCounts = Object.freeze({
  bytesRead: 0,
  bytesWritten: 0,
  missedHeartbeats: 0,
});

/**
 * One place in a pool, from the first attempt to dial to the end of the connection:
 *
 *   dialing ──link──▶ handshaking ──hello──▶ established ──▶ closed
 *      └──────────────────┴── failure, timeout, abandoned ──────▲
 *
 * The connect timeout spans everything before `established`: a peer that accepts and never speaks has
 * failed as much as one that does not accept.
 */
export class PooledConnection implements ClientConnectionHandler, BalancedNode {
  readonly weight = 1;
  readonly #options: PooledConnectionOptions;
  readonly #owner: PooledConnectionOwner;
  readonly #startedAt: number;
  readonly #abort = new AbortController();
  #state: 'dialing' | 'handshaking' | 'established' | 'closed' = 'dialing';
  #timer: Timer | undefined;
  #connection: ClientConnection | undefined;
  #establishedAt: number | undefined;
  #lastUsedAt = 0;
  #isUsed = false;
  #closeCause: ActiveCloseCause | undefined;
  #isGoneAway = false;

  constructor(options: PooledConnectionOptions, owner: PooledConnectionOwner) {
    this.#options = options;
    this.#owner = owner;
    this.#startedAt = options.clock.now();
  }

  /** Set once the link stands. */
  get connection(): ClientConnection | undefined {
    return this.#connection;
  }

  /** Unique among the connections of its pool; 0 before the link stands. */
  get id(): number {
    return this.#connection?.id ?? 0;
  }

  get isConnecting(): boolean {
    return this.#state === 'dialing' || this.#state === 'handshaking';
  }

  get isReady(): boolean {
    return this.#connection !== undefined && this.#connection.isReady;
  }

  /** This end has decided to close it. */
  get isRetired(): boolean {
    return this.#closeCause !== undefined;
  }

  get pending(): number {
    return this.#connection === undefined ? 0 : this.#connection.pending;
  }

  get healthClass(): HealthClass {
    const connection = this.#connection;
    if (connection === undefined || !connection.isReady) return HealthClass.Unavailable;
    if (connection.pending >= connection.maxStreams) return HealthClass.Unavailable;
    return connection.framed.peerCondition.kind === 'ready' ? HealthClass.Ready : HealthClass.Busy;
  }

  /** What went over it since it was established. */
  get traffic(): TrafficCounts {
    if (this.#establishedAt === undefined || this.#connection === undefined) return NO_TRAFFIC;
    const { framed } = this.#connection;
    const { bytesRead, bytesWritten } = framed.link;
    return { bytesRead, bytesWritten, missedHeartbeats: framed.totalMissedHeartbeats };
  }

  /** How long establishing took, in ms. */
  get connectMs(): number {
    return (this.#establishedAt ?? this.#startedAt) - this.#startedAt;
  }

  /** Since it was established, in ms; 0 before. */
  ageMs(now: number): number {
    return now - (this.#establishedAt ?? now);
  }

  isExpired(now: number): boolean {
    return this.ageMs(now) >= this.#options.lifetimeMs;
  }

  /** A call or an event goes this way. On the data path, so the clock is left to `look`. */
  used(): void {
    this.#isUsed = true;
  }

  /** Takes note of whether it was used since the last look. */
  look(now: number): void {
    if (this.pending > 0 || this.#isUsed) this.#lastUsedAt = now;
    this.#isUsed = false;
  }

  /** How long it has had no call, exact to the time between two looks, in ms. */
  idleMs(now: number): number {
    if (this.#state !== 'established' || this.pending > 0 || this.#isUsed) return 0;
    return now - this.#lastUsedAt;
  }

  start(): void {
    const { clock, connectTimeoutMs } = this.#options;
    this.#timer = clock.schedule(connectTimeoutMs, () => this.#failLate(), true);
    void this.#dial();
  }

  /** Takes no new calls, lets those in flight finish, then closes. */
  drain(cause: ActiveCloseCause): void {
    if (this.isConnecting) this.abandon();
    this.#closeCause ??= cause;
    this.#connection?.drain();
  }

  /** Closes now; calls in flight fail with `error`. */
  destroy(cause: ActiveCloseCause, error?: SocketPoolError): void {
    if (this.isConnecting) this.abandon();
    this.#closeCause ??= cause;
    this.#connection?.destroy(error);
  }

  /** Gives up establishing it. */
  abandon(): void {
    const text = `connecting to ${this.#options.dialer.address} was given up`;
    this.#fail(new SocketPoolError('POOL_CLOSED', text));
  }

  onReady(): void {
    if (this.#state !== 'handshaking') return;
    this.#timer?.cancel();
    this.#state = 'established';
    this.#establishedAt = this.#lastUsedAt = this.#options.clock.now();
    this.#owner.onEstablished(this);
  }

  /** Whoever holds the stream hears of its end as well, and serves those that wait. */
  onStreamEnd(): void {}

  onDraining(_connection: ClientConnection, goAway: GoAwayFrame | undefined): void {
    this.#isGoneAway = goAway !== undefined;
    if (this.#state === 'established') this.#owner.onDraining(this, goAway);
  }

  onCondition(_connection: ClientConnection, condition: PeerCondition): void {
    if (this.#state === 'established') this.#owner.onCondition(this, condition);
  }

  onClosed(_connection: ClientConnection, error: Error | undefined): void {
    if (this.isConnecting) {
      this.#fail(toHandshakeError(error, this.#options.dialer.address));
      return;
    }
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#owner.onClosed(this, this.#reason(error), this.isRetired ? undefined : error);
  }

  #reason(error: Error | undefined): CloseReason {
    if (this.#closeCause !== undefined) return { by: 'us', cause: this.#closeCause };
    return this.#isGoneAway ? { by: 'peer', cause: 'goAway' } : closeReason(error);
  }

  async #dial(): Promise<void> {
    const { dialer } = this.#options;
    try {
      this.#onLink(await dialer.dial(this.#abort.signal));
    } catch (error) {
      this.#fail(toConnectError(error, dialer.address));
    }
  }

  #onLink(link: Link): void {
    if (this.#state !== 'dialing') {
      link.destroy();
      return;
    }
    this.#state = 'handshaking';
    this.#connection = new ClientConnection(link, this.#options.connection, this);
    this.#connection.start();
  }

  #failLate(): void {
    const { dialer, connectTimeoutMs } = this.#options;
    const what = this.#state === 'dialing' ? 'no connection' : 'no answer to the hello';
    const text = `${what} from ${dialer.address} within ${connectTimeoutMs} ms`;
    this.#fail(new SocketPoolError('CONNECT_TIMEOUT', text));
  }

  #fail(error: SocketPoolError): void {
    if (!this.isConnecting) return;
    this.#state = 'closed';
    this.#timer?.cancel();
    this.#abort.abort(error);
    this.#connection?.destroy();
    this.#owner.onEstablishFailed(this, error);
  }
}

function toConnectError(error: unknown, address: string): SocketPoolError {
  if (error instanceof SocketPoolError) return error;
  return new SocketPoolError(
    'CONNECT_FAILED',
    `connecting to ${address} failed: ${messageOf(error)}`,
    { cause: error },
  );
}

/** The link was lost before the hello was answered. */
function toHandshakeError(error: Error | undefined, address: string): SocketPoolError {
  const isOurs = error instanceof SocketPoolError;
  // What the server itself says of the refusal tells which server it was.
  if (isOurs && error.origin === 'remote') return error;
  const why =
    error === undefined ? 'it closed the link without answering the hello' : messageOf(error);
  return new SocketPoolError(
    isOurs ? handshakeCodeOf(error) : 'CONNECT_FAILED',
    `${address} did not accept the connection: ${why}`,
    { cause: error },
  );
}

function handshakeCodeOf({ code }: SocketPoolError): ErrorCode {
  return code === 'PROTOCOL_ERROR' ? 'HANDSHAKE_FAILED' : code;
}
