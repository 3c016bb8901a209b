import { HealthClass } from '../balancing/balanced-node.js';
import type { PeakEwma } from '../balancing/peak-ewma.js';
import type { SlowStart } from '../balancing/slow-start.js';
import type { Clock } from '../common/clock.js';
import { hashText } from '../common/hash.js';
import type { Random } from '../common/random.js';
import type { SocketPoolError } from '../errors/socket-pool-error.js';
import type { ClientConnection } from '../connection/client-connection.js';
import type { PeerCondition } from '../connection/peer-condition.js';
import type { Endpoint } from '../discovery/endpoint.js';
import type { ActiveCloseCause } from '../metrics/causes.js';
import type { GoAwayFrame } from '../protocol/frame.js';
import { ConnectionSet } from './connection-set.js';
import type { EjectionJudge } from './ejection-judge.js';
import type { EndpointHealth } from './endpoint-health.js';
import type { EndpointBalancer, EndpointNode } from './endpoint-balancer.js';
import type { EndpointOverride } from './endpoint-override.js';
import { EndpointRest } from './endpoint-rest.js';
import { EndpointSizing } from './endpoint-sizing.js';
import type { EndpointPoolOwner } from './endpoint-pool-owner.js';
import type { CloseReason } from './failure-cause.js';
import type { PooledConnection, PooledConnectionOwner } from './pooled-connection.js';
import type { SizingDecision, SizingFacts, SizingLimits } from './pool-sizing.js';
import type { ReconnectOptions } from './reconnect.js';
import { Reconnect } from './reconnect.js';

/** Whom the condition of a server is told. */
export interface ConditionReporter {
  condition(endpointPool: EndpointPool, pooled: PooledConnection, condition: PeerCondition): void;
}

export interface EndpointPoolOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly balancer: EndpointBalancer;
  readonly limits: SizingLimits;
  readonly reconnect: ReconnectOptions;
  readonly judge: EjectionJudge;
  readonly reporter: ConditionReporter;
}

/**
 * The elastic connections to one endpoint. Whatever happens (a connection is ready, fails, drains,
 * closes, expires; calls wait; a second passes) ends in one `reconcile()`, which compares what there is
 * with what there should be.
 *
 *   active ──drain──▶ draining ──last connection gone──▶ closed
 */
export class EndpointPool implements EndpointNode, PooledConnectionOwner {
  /** How long its server asked to be left alone. */
  readonly rest: EndpointRest;
  /** Of its key, which is the same for every client. */
  readonly hash: number;
  /** To be restarted when calls come again that were kept away for a time. */
  readonly slowStart: SlowStart;
  readonly latency: PeakEwma | undefined;
  /** Whether it is trusted with calls, by how they end. */
  readonly health: EndpointHealth;
  readonly #options: EndpointPoolOptions;
  readonly #owner: EndpointPoolOwner;
  readonly #reconnect: Reconnect;
  readonly #connections = new ConnectionSet();
  #endpoint: Endpoint;
  readonly #sizing: EndpointSizing;
  #override: EndpointOverride = { isEjected: false, isDrained: false };
  #isActive = true;

  constructor(endpoint: Endpoint, options: EndpointPoolOptions, owner: EndpointPoolOwner) {
    this.#endpoint = endpoint;
    this.#options = options;
    this.#sizing = new EndpointSizing(options.limits);
    this.#owner = owner;
    this.rest = new EndpointRest(options.clock);
    this.hash = hashText(endpoint.key);
    this.latency = options.balancer.makeLatency();
    this.slowStart = options.balancer.makeSlowStart(() => owner.hasWarmOther(this));
    this.#reconnect = new Reconnect(options.clock, options.random, {
      ...options.reconnect,
      onDue: () => this.reconcile(),
    });
    this.health = options.judge.watch(this);
  }

  get endpoint(): Endpoint {
    return this.#endpoint;
  }

  get zone(): string | undefined {
    return this.#endpoint.zone;
  }

  /** What counts now: less than was configured while it starts. */
  get weight(): number {
    return (this.#override.weight ?? this.#endpoint.weight) * this.slowStart.ratio;
  }

  get connections(): ReadonlySet<PooledConnection> {
    return this.#connections.all;
  }

  get limits(): SizingLimits {
    return this.#sizing.limits;
  }

  /** When and why the next attempt to connect is made. */
  get reconnectState(): Pick<Reconnect, 'failures' | 'lastError' | 'lastErrorAt' | 'dueInMs'> {
    return this.#reconnect;
  }

  get state(): 'active' | 'draining' | 'closed' {
    if (this.#isActive) return 'active';
    return this.#connections.isEmpty ? 'closed' : 'draining';
  }

  get readyCount(): number {
    return this.#connections.ready.length;
  }

  get isConnecting(): boolean {
    return this.#connections.connecting > 0;
  }

  get healthClass(): HealthClass {
    const { healthClass } = this.#connections;
    if (healthClass >= HealthClass.Ejected) return healthClass;
    if (this.#override.isEjected || this.health.isHeldBack) return HealthClass.Ejected;
    return healthClass === HealthClass.Ready && this.rest.isOn ? HealthClass.Busy : healthClass;
  }

  get pending(): number {
    return this.#connections.pending;
  }

  /** Calls on all connections, those that drain included. */
  get inFlight(): number {
    return this.#connections.inFlight;
  }

  /** A ready connection, with room for a call or without. */
  get anyReady(): ClientConnection | undefined {
    return this.#connections.ready[0]?.connection;
  }

  /** The connection for the next call; `undefined` when none has room. */
  pick(): ClientConnection | undefined {
    const { ready } = this.#connections;
    const picked = ready.length === 1 ? ready[0] : this.#options.balancer.connections.pick(ready);
    if (picked === undefined) return undefined;
    const connection = picked.connection!;
    if (connection.pending >= connection.maxStreams || !connection.isReady) return undefined;
    picked.used();
    return connection;
  }

  /**
   * A connection was given one more call. Only as it passes the mark, this has consequences: if nothing
   * may be opened just then, the next look sees to it.
   */
  noteLoad(connection: ClientConnection): void {
    if (connection.pending === this.limits.highWatermark + 1) this.reconcile();
  }

  /** Takes over what discovery says now: weight, zone and metadata may differ. */
  update(endpoint: Endpoint): void {
    this.#endpoint = endpoint;
  }

  /** Other limits hold from now on. */
  resize(limits: SizingLimits): void {
    this.#sizing.resize(limits);
    this.reconcile();
  }

  /** What an operator wants of this endpoint, beside what was wanted before. */
  override(change: Partial<EndpointOverride>): void {
    const wasAway = this.#override.isDrained || this.#override.isEjected;
    this.#override = { ...this.#override, ...change };
    const isAway = this.#override.isDrained || this.#override.isEjected;
    if (wasAway && !isAway) this.slowStart.restart();
    if (change.isDrained === true)
      for (const pooled of [...this.connections]) pooled.drain('other');
    this.reconcile();
  }

  /** Looks at what time has brought: lifetimes, idleness, load. Called once a second. */
  housekeep(): void {
    if (!this.#isActive) return;
    const now = this.#options.clock.now();
    this.#connections.look(now);
    this.#sizing.look(this.#facts(now));
    this.reconcile();
  }

  /** Takes no calls any more; those in flight finish. */
  drain(cause: ActiveCloseCause): void {
    this.#deactivate();
    for (const pooled of [...this.connections]) pooled.drain(cause);
  }

  /** Closes everything now; calls in flight fail with `error`. */
  destroy(cause: ActiveCloseCause, error: SocketPoolError): void {
    this.#deactivate();
    for (const pooled of [...this.connections]) pooled.destroy(cause, error);
  }

  reconcile(): void {
    if (!this.#isActive || this.#override.isDrained) return;
    if (this.#owner.isDemanded) this.#reconnect.hurry(this.#owner.hurryMs);
    const now = this.#options.clock.now();
    const decision = this.#sizing.decide(this.#facts(now), now);
    if (decision.action === 'grow') this.#grow(decision, now);
    else if (decision.action === 'retire') this.#retire(decision, now);
  }

  onEstablished(pooled: PooledConnection): void {
    this.#reconnect.succeeded();
    this.#connections.join(pooled);
    this.slowStart.begin();
    this.#owner.onEstablished(this, pooled);
    // It takes the place of one that has reached its lifetime.
    this.#connections.oldestExpired(this.#options.clock.now())?.drain('lifetime');
    this.reconcile();
  }

  onEstablishFailed(pooled: PooledConnection, error: SocketPoolError): void {
    this.#connections.remove(pooled);
    if (this.#isActive) this.#reconnect.failed(error);
    this.reconcile();
    if (error.code !== 'POOL_CLOSED') this.health.connectFailed();
    this.#owner.onConnectFailed(this, error);
  }

  /** Calls come back to it after an ejection. */
  onReadmitted(): void {
    this.slowStart.restart();
  }

  onDraining(pooled: PooledConnection, goAway: GoAwayFrame | undefined): void {
    const wasReady = this.#connections.leave(pooled);
    // A server that goes sends everybody away at once: coming back is spread as after a loss.
    if (wasReady && !pooled.isRetired) this.#onLoss(pooled);
    this.#owner.onDraining(this, pooled, goAway);
    this.reconcile();
  }

  onCondition(pooled: PooledConnection, condition: PeerCondition): void {
    this.#options.reporter.condition(this, pooled, condition);
  }

  onClosed(pooled: PooledConnection, reason: CloseReason, error: Error | undefined): void {
    // One that had been drained is not missed.
    if (this.#connections.remove(pooled)) this.#onLoss(pooled);
    this.#owner.onClosed(this, pooled, { reason, error });
    this.reconcile();
  }

  #onLoss(pooled: PooledConnection): void {
    if (!this.#isActive) return;
    if (this.readyCount === 0) this.slowStart.end();
    const missing = Math.max(1, this.limits.minConnections - this.readyCount);
    this.#reconnect.lost(missing, pooled.ageMs(this.#options.clock.now()));
  }

  #deactivate(): void {
    this.#isActive = false;
    this.#reconnect.stop();
    this.health.dispose();
  }

  #grow({ connections, isLoadDriven }: SizingDecision & { action: 'grow' }, now: number): void {
    if (this.#reconnect.isWaiting) return;
    if (isLoadDriven) this.#sizing.changed(now);
    this.#owner.onConnecting(this);
    for (let opened = 0; opened < connections; opened++) {
      // A listener that was told may have closed the pool.
      if (!this.#isActive || !this.#owner.mayOpen(this)) return;
      const pooled = this.#owner.makeConnection(this.#endpoint, this);
      this.#connections.add(pooled);
      pooled.start();
    }
  }

  #retire({ which }: SizingDecision & { action: 'retire' }, now: number): void {
    if (which === 'expired') {
      this.#connections.oldestExpired(now)?.drain('lifetime');
      return;
    }
    this.#sizing.changed(now);
    const spare =
      which === 'idle' ? this.#connections.mostIdle(now) : this.#connections.leastBusy();
    spare?.drain('idle');
  }

  #facts(now: number): SizingFacts {
    const { isDemanded } = this.#owner;
    return { ...this.#connections.facts(now), isDemanded, mayOpen: this.#owner.mayOpen(this) };
  }
}
