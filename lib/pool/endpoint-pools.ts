import type { Picker } from '../balancing/picker.js';
import type { Clock, Timer } from '../common/clock.js';
import type { Disposer, Emitter } from '../common/emitter.js';
import type { Random } from '../common/random.js';
import type { SocketPoolError } from '../errors/socket-pool-error.js';
import type { Discovery } from '../discovery/discovery.js';
import type { Endpoint } from '../discovery/endpoint.js';
import { EndpointSet } from '../discovery/endpoint-set.js';
import type { ActiveCloseCause } from '../metrics/causes.js';
import type { GoAwayFrame } from '../protocol/frame.js';
import type { EndpointPoolOwner } from './endpoint-pool.js';
import { EndpointPool } from './endpoint-pool.js';
import type { CloseReason } from './failure-cause.js';
import type { PoolEvents } from './pool-events.js';
import type { PoolOptions } from './pool-options.js';
import type { PoolStatistics } from './pool-statistics.js';
import type { PooledConnection, PooledConnectionOwner } from './pooled-connection.js';

/** How often lifetimes, idleness and load are looked at, in ms. */
const HOUSEKEEPING_MS = 1_000;

/** Makes a connection to an endpoint, not yet started. */
export type ConnectionFactory = (
  endpoint: Endpoint,
  owner: PooledConnectionOwner,
) => PooledConnection;

export interface EndpointPoolsDependencies {
  readonly clock: Clock;
  readonly random: Random;
  readonly picker: Picker;
  readonly discovery: Discovery;
  readonly makeConnection: ConnectionFactory;
  readonly statistics: PoolStatistics;
  readonly events: Emitter<PoolEvents>;
}

export interface EndpointPoolsOwner {
  hasWaiters(): boolean;
  /** A connection can take a call that it could not take before. */
  onRoom(): void;
  /** Connections came, failed or went. */
  onChange(): void;
  onConnectFailed(error: SocketPoolError): void;
}

/** The endpoints of one service as discovery tells them, each with its connections. */
export class EndpointPools implements EndpointPoolOwner {
  readonly #options: PoolOptions;
  readonly #dependencies: EndpointPoolsDependencies;
  readonly #owner: EndpointPoolsOwner;
  readonly #endpoints = new EndpointSet();
  readonly #pools = new Map<string, EndpointPool>();
  /** What is picked from: those that discovery names. */
  #active: EndpointPool[] = [];
  /** Those that discovery names no longer, until their last call has ended. */
  readonly #leaving = new Set<EndpointPool>();
  #stopWatching: Disposer | undefined;
  #housekeeping: Timer | undefined;
  #isStarted = false;
  #wasReady = false;
  #lastError: SocketPoolError | undefined;

  constructor(
    options: PoolOptions,
    dependencies: EndpointPoolsDependencies,
    owner: EndpointPoolsOwner,
  ) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#owner = owner;
  }

  get isStarted(): boolean {
    return this.#isStarted;
  }

  /** Those that discovery names. */
  get active(): readonly EndpointPool[] {
    return this.#active;
  }

  /** All that have connections. */
  get all(): readonly EndpointPool[] {
    return [...this.#active, ...this.#leaving];
  }

  get lastError(): SocketPoolError | undefined {
    return this.#lastError;
  }

  /** Ready connections of all active endpoints. */
  get readyConnections(): number {
    return this.#active.reduce((total, each) => total + each.readyCount, 0);
  }

  get isConnecting(): boolean {
    return this.#active.some((each) => each.isConnecting);
  }

  get hasWaiters(): boolean {
    return this.#owner.hasWaiters();
  }

  get mayOpen(): boolean {
    const open = this.all.reduce((total, each) => total + each.connections.size, 0);
    return open < this.#options.pool.maxTotalConnections;
  }

  /** The endpoint for the next call, another than `avoided` where there is one; `undefined` when none takes calls. */
  pick(avoided: EndpointPool | undefined): EndpointPool | undefined {
    if (this.#active.length === 1) return this.#active[0];
    const { picker } = this.#dependencies;
    const picked = picker.pick(this.#active);
    if (avoided === undefined || picked !== avoided) return picked;
    return picker.pick(this.#active.filter((each) => each !== avoided)) ?? picked;
  }

  /** Begins to watch discovery and to connect. Idempotent. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#scheduleHousekeeping();
    this.#stopWatching = this.#dependencies.discovery.watch({
      onEndpoints: (endpoints) => this.#onEndpoints(endpoints),
      onError: (error) =>
        this.#dependencies.events.emit('discoveryFailed', { pool: this.#options.name, error }),
    });
  }

  /** Somebody waits: attempts that are due later than `withinMs` come earlier. */
  hurry(withinMs: number): void {
    for (const each of this.#active) each.hurry(withinMs);
  }

  drain(cause: ActiveCloseCause): void {
    this.#stop();
    for (const each of this.all) each.drain(cause);
  }

  destroy(cause: ActiveCloseCause): void {
    this.#stop();
    for (const each of this.all) each.destroy(cause);
  }

  makeConnection(endpoint: Endpoint, owner: PooledConnectionOwner): PooledConnection {
    this.#dependencies.statistics.connectAttempted();
    if (this.readyConnections === 0 && this.#lastError !== undefined) {
      this.#dependencies.events.emit('reconnecting', {
        pool: this.#options.name,
        endpoint: endpoint.address,
      });
    }
    return this.#dependencies.makeConnection(endpoint, owner);
  }

  onRoom(): void {
    this.#owner.onRoom();
  }

  onEstablished(endpointPool: EndpointPool, pooled: PooledConnection): void {
    this.#dependencies.statistics.connectEstablished();
    const event = this.#event(endpointPool, pooled);
    this.#dependencies.events.emit('connectionOpened', { ...event, connectMs: pooled.connectMs });
    if (!this.#wasReady) this.#dependencies.events.emit('connected', event);
    this.#wasReady = true;
    this.#owner.onChange();
    this.#owner.onRoom();
  }

  onConnectFailed(endpointPool: EndpointPool, error: SocketPoolError): void {
    this.#lastError = error;
    this.#dependencies.statistics.connectFailed(error);
    const { failures, dueInMs = 0 } = endpointPool.reconnectState;
    this.#dependencies.events.emit('connectFailed', {
      pool: this.#options.name,
      endpoint: endpointPool.endpoint.address,
      error,
      failures,
      retryInMs: dueInMs,
    });
    this.#owner.onChange();
    this.#owner.onConnectFailed(error);
  }

  onDraining(
    endpointPool: EndpointPool,
    pooled: PooledConnection,
    goAway: GoAwayFrame | undefined,
  ): void {
    this.#dependencies.events.emit('connectionDraining', {
      ...this.#event(endpointPool, pooled),
      goAwayReason: goAway?.reason,
      message: goAway?.message ?? '',
    });
    this.#noteLoss();
    this.#owner.onChange();
  }

  onClosed(
    endpointPool: EndpointPool,
    pooled: PooledConnection,
    end: { reason: CloseReason; error: Error | undefined },
  ): void {
    this.#dependencies.statistics.closed(end.reason);
    this.#dependencies.events.emit('connectionClosed', {
      ...this.#event(endpointPool, pooled),
      ...end,
    });
    if (endpointPool.connections.size === 0) this.#leaving.delete(endpointPool);
    this.#noteLoss();
    this.#owner.onChange();
  }

  /** Reports once that the last ready connection is gone. */
  #noteLoss(): void {
    const isReady = this.readyConnections > 0;
    if (this.#wasReady && !isReady)
      this.#dependencies.events.emit('disconnected', { pool: this.#options.name });
    this.#wasReady = isReady;
  }

  #onEndpoints(endpoints: readonly Endpoint[]): void {
    const { added, removed, kept } = this.#endpoints.replace(endpoints);
    for (const endpoint of removed) this.#remove(endpoint);
    for (const endpoint of kept) this.#pools.get(endpoint.key)?.update(endpoint);
    for (const endpoint of added) this.#add(endpoint);
    this.#active = [...this.#pools.values()];
    if (added.length + removed.length === 0) return;
    this.#dependencies.events.emit('endpointsChanged', {
      pool: this.#options.name,
      added: added.map((each) => each.address),
      removed: removed.map((each) => each.address),
    });
    for (const each of this.#active) each.reconcile();
    this.#owner.onChange();
  }

  #add(endpoint: Endpoint): void {
    const { clock, random, picker } = this.#dependencies;
    const settings = {
      clock,
      random,
      picker,
      limits: this.#options.pool,
      reconnect: this.#options.reconnect,
    };
    this.#pools.set(endpoint.key, new EndpointPool(endpoint, settings, this));
  }

  #remove(endpoint: Endpoint): void {
    const endpointPool = this.#pools.get(endpoint.key);
    if (endpointPool === undefined) return;
    this.#pools.delete(endpoint.key);
    if (endpointPool.connections.size > 0) this.#leaving.add(endpointPool);
    endpointPool.drain('endpointGone');
  }

  #scheduleHousekeeping(): void {
    this.#housekeeping = this.#dependencies.clock.schedule(HOUSEKEEPING_MS, () => {
      this.#scheduleHousekeeping();
      for (const each of this.#active) each.housekeep();
    });
  }

  #stop(): void {
    this.#isStarted = true;
    this.#stopWatching?.();
    this.#stopWatching = undefined;
    this.#housekeeping?.cancel();
  }

  #event(
    endpointPool: EndpointPool,
    pooled: PooledConnection,
  ): { pool: string; endpoint: string; connectionId: number } {
    return {
      pool: this.#options.name,
      endpoint: endpointPool.endpoint.address,
      connectionId: pooled.connection?.id ?? 0,
    };
  }
}
