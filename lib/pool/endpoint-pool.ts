import type { BalancedNode } from '../balancing/balanced-node.js';
import { HealthClass } from '../balancing/balanced-node.js';
import type { Picker } from '../balancing/picker.js';
import type { Clock } from '../common/clock.js';
import type { Random } from '../common/random.js';
import type { SocketPoolError } from '../errors/socket-pool-error.js';
import type { ClientConnection } from '../connection/client-connection.js';
import type { Endpoint } from '../discovery/endpoint.js';
import type { ActiveCloseCause } from '../metrics/causes.js';
import type { GoAwayFrame } from '../protocol/frame.js';
import type { CloseReason } from './failure-cause.js';
import type { PooledConnection, PooledConnectionOwner } from './pooled-connection.js';
import type { SizingLimits, SizingView } from './pool-sizing.js';
import { CHANGE_INTERVAL_MS, decideSize, isLoadLow } from './pool-sizing.js';
import type { ReconnectOptions } from './reconnect.js';
import { Reconnect } from './reconnect.js';

export interface EndpointPoolOwner {
  /** Makes a connection to the endpoint, not yet started. */
  makeConnection(endpoint: Endpoint, owner: PooledConnectionOwner): PooledConnection;
  /** The limit of all endpoints together leaves room for another connection. */
  readonly mayOpen: boolean;
  /** Calls wait that no connection can take. */
  readonly hasWaiters: boolean;
  /** A connection can take a call that it could not take before. */
  onRoom(): void;
  onEstablished(endpointPool: EndpointPool, pooled: PooledConnection): void;
  onConnectFailed(endpointPool: EndpointPool, error: SocketPoolError): void;
  onDraining(
    endpointPool: EndpointPool,
    pooled: PooledConnection,
    goAway: GoAwayFrame | undefined,
  ): void;
  onClosed(
    endpointPool: EndpointPool,
    pooled: PooledConnection,
    end: { reason: CloseReason; error: Error | undefined },
  ): void;
}

export interface EndpointPoolOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly picker: Picker;
  readonly limits: SizingLimits;
  readonly reconnect: ReconnectOptions;
}

/**
 * The elastic connections to one endpoint. Whatever happens (a connection is ready, fails, drains,
 * closes, expires; calls wait; a second passes) ends in one `reconcile()`, which compares what there is
 * with what there should be.
 *
 *   active ──drain──▶ draining ──last connection gone──▶ closed
 */
export class EndpointPool implements BalancedNode, PooledConnectionOwner {
  readonly #options: EndpointPoolOptions;
  readonly #owner: EndpointPoolOwner;
  readonly #reconnect: Reconnect;
  readonly #connections = new Set<PooledConnection>();
  /** Those that take calls; what is picked from. */
  #ready: PooledConnection[] = [];
  #endpoint: Endpoint;
  #state: 'active' | 'draining' | 'closed' = 'active';
  #changedAt = Number.NEGATIVE_INFINITY;
  #consideredAt = 0;
  #lowLooks = 0;

  constructor(endpoint: Endpoint, options: EndpointPoolOptions, owner: EndpointPoolOwner) {
    this.#endpoint = endpoint;
    this.#options = options;
    this.#owner = owner;
    this.#reconnect = new Reconnect(options.clock, options.random, {
      ...options.reconnect,
      onDue: () => this.reconcile(),
    });
  }

  get endpoint(): Endpoint {
    return this.#endpoint;
  }

  get weight(): number {
    return this.#endpoint.weight;
  }

  get connections(): ReadonlySet<PooledConnection> {
    return this.#connections;
  }

  get limits(): SizingLimits {
    return this.#options.limits;
  }

  /** When and why the next attempt to connect is made. */
  get reconnectState(): Pick<Reconnect, 'failures' | 'lastError' | 'lastErrorAt' | 'dueInMs'> {
    return this.#reconnect;
  }

  get state(): 'active' | 'draining' | 'closed' {
    return this.#state;
  }

  get readyCount(): number {
    return this.#ready.length;
  }

  get isConnecting(): boolean {
    for (const pooled of this.#connections) if (pooled.isConnecting) return true;
    return false;
  }

  get healthClass(): HealthClass {
    for (const pooled of this.#ready)
      if (pooled.healthClass === HealthClass.Ready) return HealthClass.Ready;
    return HealthClass.Unavailable;
  }

  get pending(): number {
    if (this.#ready.length === 1) return this.#ready[0].pending;
    let pending = 0;
    for (const pooled of this.#ready) pending += pooled.pending;
    return pending;
  }

  /** Calls on all connections, those that drain included. */
  get inFlight(): number {
    let inFlight = 0;
    for (const pooled of this.#connections) inFlight += pooled.pending;
    return inFlight;
  }

  /** The connection for the next call; `undefined` when none has room. */
  pick(): ClientConnection | undefined {
    const ready = this.#ready;
    const picked = ready.length === 1 ? ready[0] : this.#options.picker.pick(ready);
    if (picked === undefined) return undefined;
    const connection = picked.connection!;
    if (connection.pending >= connection.maxStreams || !connection.isReady) return undefined;
    if (connection.pending >= this.#options.limits.highWatermark) this.#considerGrowth();
    return connection;
  }

  /** Takes over what discovery says now: weight, zone and metadata may differ. */
  update(endpoint: Endpoint): void {
    this.#endpoint = endpoint;
  }

  /** Somebody waits: what is due later than `withinMs` comes earlier. */
  hurry(withinMs: number): void {
    this.#reconnect.hurry(withinMs);
    this.reconcile();
  }

  /** Looks at what time has brought: lifetimes, idleness, load. Called once a second. */
  housekeep(): void {
    if (this.#state !== 'active') return;
    this.#lowLooks = isLoadLow(this.#view(), this.#options.limits) ? this.#lowLooks + 1 : 0;
    this.reconcile();
    this.#retireExpired();
  }

  drain(cause: ActiveCloseCause): void {
    if (this.#state !== 'active') return;
    this.#state = 'draining';
    this.#reconnect.stop();
    for (const pooled of [...this.#connections]) pooled.drain(cause);
    this.#closeIfEmpty();
  }

  destroy(cause: ActiveCloseCause): void {
    if (this.#state === 'active') this.#state = 'draining';
    this.#reconnect.stop();
    for (const pooled of [...this.#connections]) pooled.destroy(cause);
    this.#closeIfEmpty();
  }

  reconcile(): void {
    if (this.#state !== 'active') return;
    const decision = decideSize(this.#view(), this.#options.limits);
    if (decision.action === 'grow') this.#grow(decision.connections);
    else if (decision.action === 'retire') this.#retire();
  }

  onEstablished(pooled: PooledConnection): void {
    this.#reconnect.succeeded();
    this.#refreshReady();
    this.#owner.onEstablished(this, pooled);
    this.#retireExpired();
  }

  onEstablishFailed(pooled: PooledConnection, error: SocketPoolError): void {
    this.#connections.delete(pooled);
    if (this.#state === 'active') this.#reconnect.failed(error);
    this.#owner.onConnectFailed(this, error);
    this.#closeIfEmpty();
  }

  onRoom(): void {
    if (this.#owner.hasWaiters) this.#owner.onRoom();
  }

  onDraining(pooled: PooledConnection, goAway: GoAwayFrame | undefined): void {
    this.#refreshReady();
    // The server sends everybody away at once: coming back is spread as after a loss.
    if (goAway !== undefined && this.#state === 'active') this.#reconnect.lost(this.#missing());
    this.#owner.onDraining(this, pooled, goAway);
    this.reconcile();
  }

  onClosed(pooled: PooledConnection, reason: CloseReason, error: Error | undefined): void {
    this.#connections.delete(pooled);
    this.#refreshReady();
    const isLost =
      reason.by === 'peer' || reason.cause === 'heartbeat' || reason.cause === 'protocolError';
    if (isLost && this.#state === 'active') this.#reconnect.lost(this.#missing());
    this.#owner.onClosed(this, pooled, { reason, error });
    this.reconcile();
    this.#closeIfEmpty();
  }

  /** On the data path, so it looks only as often as something can have come of it. */
  #considerGrowth(): void {
    const now = this.#options.clock.now();
    if (now - this.#changedAt < CHANGE_INTERVAL_MS || now === this.#consideredAt) return;
    this.#consideredAt = now;
    this.reconcile();
  }

  #grow(connections: number): void {
    if (this.#reconnect.isWaiting) return;
    this.#changedAt = this.#options.clock.now();
    for (let opened = 0; opened < connections && this.#owner.mayOpen; opened++) {
      const pooled = this.#owner.makeConnection(this.#endpoint, this);
      this.#connections.add(pooled);
      pooled.start();
    }
  }

  #retire(): void {
    const now = this.#options.clock.now();
    this.#changedAt = now;
    this.#lowLooks = 0;
    const leastBusy = this.#ready.reduce((a, b) =>
      b.pending < a.pending || (b.pending === a.pending && b.idleMs(now) > a.idleMs(now)) ? b : a,
    );
    leastBusy.drain('idle');
  }

  /** An expired connection goes as soon as another can take its calls. */
  #retireExpired(): void {
    const now = this.#options.clock.now();
    for (const pooled of [...this.#ready]) {
      if (this.#ready.length < 2) return;
      if (pooled.isExpired(now)) pooled.drain('lifetime');
    }
  }

  #missing(): number {
    return Math.max(1, this.#options.limits.minConnections - this.#ready.length);
  }

  #refreshReady(): void {
    this.#ready = [...this.#connections].filter((pooled) => pooled.isReady);
  }

  #view(): SizingView {
    const now = this.#options.clock.now();
    const fresh = this.#ready.filter((pooled) => !pooled.isExpired(now));
    let connecting = 0;
    for (const pooled of this.#connections) if (pooled.isConnecting) connecting++;
    return {
      connecting,
      ready: fresh.length,
      pending: this.pending,
      hasWaiters: this.#owner.hasWaiters,
      msSinceChange: now - this.#changedAt,
      lowLooks: this.#lowLooks,
      longestIdleMs: fresh.reduce((longest, pooled) => Math.max(longest, pooled.idleMs(now)), 0),
    };
  }

  #closeIfEmpty(): void {
    if (this.#state === 'draining' && this.#connections.size === 0) this.#state = 'closed';
  }
}
