import type { Clock, Timer } from '../common/clock.js';
import type { Random } from '../common/random.js';
import { randomInteger } from '../common/random.js';
import { messageOf, SocketPoolError } from '../errors/socket-pool-error.js';
import type { ClientConnection } from '../connection/client-connection.js';
import type { Discovery } from '../discovery/discovery.js';
import type { Endpoint } from '../discovery/endpoint.js';
import type { EndpointChange } from '../discovery/endpoint-set.js';
import type { ActiveCloseCause } from '../metrics/causes.js';
import type { GoAwayFrame } from '../protocol/frame.js';
import type { EndpointBalancer } from './endpoint-balancer.js';
import { chooseEndpoint, hasWarmOther } from './endpoint-choice.js';
import type { Demand, EndpointPoolOwner } from './endpoint-pool-owner.js';
import { EndpointPool } from './endpoint-pool.js';
import { EjectionJudge } from './ejection-judge.js';
import { EndpointWatch } from './endpoint-watch.js';
import type { CloseReason } from './failure-cause.js';
import type { PoolOptions } from './pool-options.js';
import type { PoolReporter } from './pool-reporter.js';
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
  readonly balancer: EndpointBalancer;
  readonly discovery: Discovery;
  readonly makeConnection: ConnectionFactory;
  readonly statistics: PoolStatistics;
  readonly reporter: PoolReporter;
}

export interface EndpointPoolsOwner extends Demand {
  /** Endpoints or connections came, failed or went. */
  onChange(): void;
  onConnectFailed(error: SocketPoolError): void;
}

/** The endpoints of one service as discovery tells them, each with its connections. */
export class EndpointPools implements EndpointPoolOwner {
  /** Compares them, and ejects those that fail. */
  readonly judge: EjectionJudge;
  readonly #options: PoolOptions;
  #limits: PoolOptions['pool'];
  readonly #dependencies: EndpointPoolsDependencies;
  readonly #owner: EndpointPoolsOwner;
  readonly #watch: EndpointWatch;
  readonly #pools = new Map<string, EndpointPool>();
  /** What is picked from: those that discovery names. */
  #active: readonly EndpointPool[] = [];
  /** Those that discovery names no longer, until their last connection is closed. */
  readonly #leaving = new Set<EndpointPool>();
  #housekeeping: Timer | undefined;
  #lastError: SocketPoolError | undefined;

  constructor(
    options: PoolOptions,
    dependencies: EndpointPoolsDependencies,
    owner: EndpointPoolsOwner,
  ) {
    this.#options = options;
    this.#limits = options.pool;
    this.#dependencies = dependencies;
    this.#owner = owner;
    this.#watch = new EndpointWatch(dependencies.discovery, dependencies.clock, {
      onEndpoints: (change) => this.#onEndpoints(change),
      onError: (error) => this.#onDiscoveryFailed(error),
    });
    this.judge = new EjectionJudge(options.ejection, dependencies);
  }

  /** Where they come from. */
  get source(): Pick<EndpointWatch, 'snapshot'> {
    return this.#watch;
  }

  get isStarted(): boolean {
    return this.#watch.isStarted;
  }

  /** Discovery has not answered yet. */
  get isDiscovering(): boolean {
    return this.#watch.isAsking;
  }

  /** Those that discovery names. */
  get active(): readonly EndpointPool[] {
    return this.#active;
  }

  /** All that have connections. */
  get all(): readonly EndpointPool[] {
    return [...this.#active, ...this.#leaving];
  }

  /** Why there is no connection, as far as it is known. */
  get lastError(): SocketPoolError | undefined {
    return this.#lastError;
  }

  /** Ready connections of all active endpoints. */
  get readyConnections(): number {
    return this.#active.reduce((total, each) => total + each.readyCount, 0);
  }

  /** A connection may be ready soon. */
  get isConnecting(): boolean {
    return this.isDiscovering || this.#active.some((each) => each.isConnecting);
  }

  get isDemanded(): boolean {
    return this.#owner.isDemanded;
  }

  get hurryMs(): number {
    return this.#owner.hurryMs;
  }

  /** Connections in whatever state, of all endpoints together. */
  get connections(): number {
    return this.all.reduce((total, each) => total + each.connections.size, 0);
  }

  /** The endpoint for the next call, another than `avoided` where there is one. */
  pick(avoided: EndpointPool | undefined, stickyKey?: string): EndpointPool | undefined {
    return chooseEndpoint(this.#active, this.#dependencies.balancer, avoided, stickyKey);
  }

  /** A ready connection, with room for a call or without, of any endpoint or of the one named. */
  anyReady(address: string | undefined): ClientConnection | undefined {
    const isMeant = (each: EndpointPool): boolean =>
      each.readyCount > 0 && (address === undefined || each.endpoint.address === address);
    const ready = this.#active.filter(isMeant);
    return ready[randomInteger(this.#dependencies.random, ready.length)]?.anyReady;
  }

  /** Begins to watch discovery and to connect. Idempotent. */
  start(): void {
    if (this.isStarted) return;
    this.#scheduleHousekeeping();
    this.#watch.start();
  }

  /** Compares what there is with what there should be: somebody waits, or waits no more. */
  reconcile(): void {
    if (this.#active.length === 0 && this.isDemanded) this.#watch.refresh();
    for (const each of this.#active) each.reconcile();
  }

  /** Other limits hold from now on, for endpoints to come as well. */
  resize(limits: PoolOptions['pool']): void {
    this.#limits = limits;
    for (const each of this.#active) each.resize(limits);
  }

  /** Takes no calls any more; when those in flight are done, everything closes. */
  drain(cause: ActiveCloseCause): void {
    this.#stop();
    for (const each of this.all) each.drain(cause);
  }

  /** Closes everything now; calls in flight fail with `error`. */
  destroy(cause: ActiveCloseCause, error: SocketPoolError): void {
    this.#stop();
    for (const each of this.all) each.destroy(cause, error);
  }

  /** For each endpoint that has no connection room for one is left, or the first would take it all. */
  mayOpen(endpointPool: EndpointPool): boolean {
    const isFirst = endpointPool.connections.size === 0;
    const kept = isFirst ? 0 : this.#active.filter((each) => each.connections.size === 0).length;
    return this.connections + kept < this.#options.pool.maxTotalConnections;
  }

  hasWarmOther(endpointPool: EndpointPool): boolean {
    return hasWarmOther(this.#active, endpointPool);
  }

  makeConnection(endpoint: Endpoint, owner: PooledConnectionOwner): PooledConnection {
    this.#dependencies.statistics.connectAttempted();
    return this.#dependencies.makeConnection(endpoint, owner);
  }

  onConnecting(endpointPool: EndpointPool): void {
    this.#dependencies.reporter.connecting(endpointPool);
  }

  onEstablished(endpointPool: EndpointPool, pooled: PooledConnection): void {
    this.#lastError = undefined;
    this.#dependencies.reporter.established(endpointPool, pooled);
    this.judge.reconsider();
    this.#owner.onChange();
  }

  onConnectFailed(endpointPool: EndpointPool, error: SocketPoolError): void {
    // One that was given up says nothing about the endpoint.
    if (error.code !== 'POOL_CLOSED') {
      this.#lastError = error;
      this.#watch.refresh();
    }
    this.#forgetIfEmpty(endpointPool);
    this.#dependencies.reporter.connectFailed(endpointPool, error);
    this.#owner.onChange();
    this.#owner.onConnectFailed(error);
  }

  onDraining(
    endpointPool: EndpointPool,
    pooled: PooledConnection,
    goAway: GoAwayFrame | undefined,
  ): void {
    if (goAway !== undefined) this.#watch.refresh();
    this.#dependencies.reporter.draining(endpointPool, pooled, goAway);
    this.#onChange();
  }

  onClosed(
    endpointPool: EndpointPool,
    pooled: PooledConnection,
    end: { reason: CloseReason; error: Error | undefined },
  ): void {
    if (end.reason.by !== 'us' || end.error !== undefined) this.#watch.refresh();
    this.#forgetIfEmpty(endpointPool);
    this.#dependencies.reporter.closed(endpointPool, pooled, end);
    this.#onChange();
  }

  #onEndpoints(change: EndpointChange): void {
    const removed = change.removed.map((endpoint) => this.#remove(endpoint));
    for (const endpoint of change.kept) this.#pools.get(endpoint.key)?.update(endpoint);
    for (const endpoint of change.added) this.#pools.set(endpoint.key, this.#make(endpoint));
    this.#active = [...this.#pools.values()];
    // First those that come: those that go may be the only ones that take calls.
    this.reconcile();
    for (const each of removed) each.drain('endpointGone');
    for (const each of removed) this.#forgetIfEmpty(each);
    if (change.added.length + change.removed.length > 0)
      this.#dependencies.reporter.endpointsChanged(change);
    this.#onChange();
  }

  #onDiscoveryFailed(error: Error): void {
    const text = `the endpoints of ${this.#options.name} could not be looked up: ${messageOf(error)}`;
    const failure = new SocketPoolError('NO_ENDPOINT', text, { cause: error });
    const isHopeless = this.#active.length === 0;
    if (isHopeless) this.#lastError = failure;
    this.#dependencies.reporter.discoveryFailed(error);
    this.#owner.onChange();
    if (isHopeless) this.#owner.onConnectFailed(failure);
  }

  #make(endpoint: Endpoint): EndpointPool {
    const { clock, random, balancer, reporter } = this.#dependencies;
    const { reconnect } = this.#options;
    const [limits, judge] = [this.#limits, this.judge];
    const parts = { clock, random, balancer, reporter, limits, reconnect, judge };
    return new EndpointPool(endpoint, parts, this);
  }

  #remove(endpoint: Endpoint): EndpointPool {
    const endpointPool = this.#pools.get(endpoint.key)!;
    this.#pools.delete(endpoint.key);
    this.#leaving.add(endpointPool);
    return endpointPool;
  }

  #forgetIfEmpty(endpointPool: EndpointPool): void {
    if (endpointPool.connections.size === 0) this.#leaving.delete(endpointPool);
  }

  #onChange(): void {
    this.judge.reconsider();
    if (this.readyConnections === 0) this.#dependencies.reporter.unready();
    this.#owner.onChange();
  }

  #scheduleHousekeeping(): void {
    this.#housekeeping = this.#dependencies.clock.schedule(HOUSEKEEPING_MS, () => {
      this.#scheduleHousekeeping();
      for (const each of this.#active) each.housekeep();
      this.judge.look();
    });
  }

  #stop(): void {
    this.#watch.stop();
    this.#housekeeping?.cancel();
  }
}
