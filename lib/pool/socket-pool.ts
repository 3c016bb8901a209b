/**
 * The client end of one service.
 *
 * Discovery tells the endpoints; each has an elastic set of multiplexed connections; a call goes to the
 * better of two endpoints drawn at random, and there to the better of two connections. Where no
 * connection has room the call waits, bounded in number and time. A call that certainly did not run is
 * sent again elsewhere; every other failure reaches the caller, labelled with what is known of it.
 */
import type { Clock } from '../common/clock.js';
import type { Disposer } from '../common/emitter.js';
import { Emitter } from '../common/emitter.js';
import type { Random } from '../common/random.js';
import { SocketPoolError } from '../errors/socket-pool-error.js';
import type { BeaconClient } from '../connection/beacon-client.js';
import type { Discovery } from '../discovery/discovery.js';
import { LittlesLaw } from '../metrics/littles-law.js';
import type { LoopLag } from '../metrics/loop-lag.js';
import type { PoolSnapshot, PoolState } from '../metrics/snapshot.js';
import type { Call, CallRequest, CallSink } from './call.js';
import { CallTimer } from './call-timer.js';
import { Dispatcher } from './dispatcher.js';
import type { EndpointBalancer } from './endpoint-balancer.js';
import type { ConnectionFactory } from './endpoint-pools.js';
import { EndpointPools } from './endpoint-pools.js';
import type { EventSink } from './event-call.js';
import { closedError } from './pool-errors.js';
import { PoolControl } from './pool-control.js';
import type { PoolEvents } from './pool-events.js';
import type { PoolOptions } from './pool-options.js';
import type { PatternCircuits } from './pattern-circuits.js';
import { makePatternCircuits } from './pattern-circuits.js';
import { PoolReporter } from './pool-reporter.js';
import { poolSnapshot } from './pool-snapshot.js';
import { PoolStateTracker } from './pool-state.js';
import { PoolStatistics } from './pool-statistics.js';
import { Readiness } from './readiness.js';
import { shortageError } from './shortage.js';
import { Shutdown } from './shutdown.js';

export interface SocketPoolDependencies {
  readonly clock: Clock;
  /** For what can do with one reading of the clock per turn. */
  readonly turnClock: Clock;
  readonly random: Random;
  readonly balancer: EndpointBalancer;
  readonly discovery: Discovery;
  readonly makeConnection: ConnectionFactory;
  readonly loopLag: LoopLag;
  readonly beacons: BeaconClient;
}

export interface PingOptions {
  /** How long to wait for the answer, in ms. Default 1000. */
  readonly timeoutMs?: number;
  /** The address of the endpoint to ask; any ready one by default. */
  readonly endpoint?: string;
}

/** An elastic, balanced set of connections to the instances of one service. */
export class SocketPool {
  readonly #options: PoolOptions;
  readonly #dependencies: SocketPoolDependencies;
  readonly #events = new Emitter<PoolEvents>();
  readonly #statistics = new PoolStatistics();
  readonly #littlesLaw: LittlesLaw;
  readonly #circuits: PatternCircuits;
  readonly #endpoints: EndpointPools;
  readonly #control: PoolControl;
  readonly #dispatcher: Dispatcher;
  readonly #readiness: Readiness;
  readonly #shutdown: Shutdown;
  readonly #state = new PoolStateTracker();
  readonly #closed: Promise<void>;
  #resolveClosed: () => void = () => {};

  constructor(options: PoolOptions, dependencies: SocketPoolDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    const { clock, turnClock, random, balancer } = dependencies;
    this.#littlesLaw = new LittlesLaw(clock.now());
    this.#closed = new Promise((resolve) => (this.#resolveClosed = resolve));
    const reporter = new PoolReporter(options.name, this.#events, this.#statistics);
    this.#circuits = makePatternCircuits(options, { clock, random, reporter });
    this.#endpoints = this.#makeEndpoints(reporter);
    this.#control = new PoolControl(options, this.#endpoints);
    this.#dispatcher = new Dispatcher(options, {
      clock,
      random,
      turnClock,
      statistics: this.#statistics,
      endpoints: this.#endpoints,
      littlesLaw: this.#littlesLaw,
      circuits: this.#circuits,
      callTimer: balancer.isTiming ? new CallTimer() : undefined,
    });
    this.#readiness = new Readiness(clock, options.acquireTimeoutMs, () => this.#notReadyError());
    this.#shutdown = new Shutdown({
      pool: options.name,
      clock,
      dispatcher: this.#dispatcher,
      endpoints: this.#endpoints,
      onBegun: () => this.#onClosing(),
      onDone: () => this.#onClosed(),
    });
  }

  get name(): string {
    return this.#options.name;
  }

  get options(): PoolOptions {
    return this.#options;
  }

  get state(): PoolState {
    return this.#state.current;
  }

  /** Changes the pool while it runs: its sizing, and single endpoints. */
  get control(): PoolControl {
    return this.#control;
  }

  /** A connection takes calls: the next one goes straight out. */
  get isReady(): boolean {
    return this.#endpoints.readyConnections > 0;
  }

  /** Begins to connect. Idempotent; the first call does it as well. */
  start(): void {
    if (this.#endpoints.isStarted || this.#shutdown.isBegun) return;
    this.#dependencies.loopLag.start();
    this.#endpoints.start();
    this.#onChange();
  }

  /**
   * Waits for a ready connection, and starts the pool if need be.
   *
   * @throws SocketPoolError as soon as no endpoint is left that is connecting: `CONNECT_FAILED`,
   *   `CONNECT_TIMEOUT`, `HANDSHAKE_FAILED` …; `NO_ENDPOINT`; `ACQUIRE_TIMEOUT`; `POOL_CLOSED`
   */
  ready(): Promise<void> {
    if (this.#shutdown.isBegun) return Promise.reject(closedError(this.name));
    this.start();
    if (this.isReady) return Promise.resolve();
    const isNew = !this.#readiness.isAwaited;
    const promise = this.#readiness.wait();
    if (isNew) this.#endpoints.reconcile();
    return promise;
  }

  /**
   * Makes a call. Never throws: whatever goes wrong reaches the sink, once.
   *
   * @returns the call, to give it up
   */
  call(request: CallRequest, sink: CallSink): Call {
    if (!this.#endpoints.isStarted) this.start();
    return this.#dispatcher.call(request, sink, false);
  }

  /** As `call`, for a consumer that says with `call.consumed(bytes)` when it has dealt with a value; until then the server holds back. */
  callPaced(request: CallRequest, sink: CallSink): Call {
    if (!this.#endpoints.isStarted) this.start();
    return this.#dispatcher.call(request, sink, true);
  }

  /** Sends an event. Never throws. The sink completes when the event is with a ready connection's link. */
  emit(request: CallRequest, sink: EventSink): void {
    if (!this.#endpoints.isStarted) this.start();
    this.#dispatcher.emit(request, sink);
  }

  /**
   * Asks a server for a sign of life, over a business connection: a stuck peer does not answer.
   *
   * @returns the round trip in ms
   * @throws SocketPoolError `NO_CONNECTION`, `HEARTBEAT_TIMEOUT`, `CONNECTION_LOST`
   */
  async ping(options: PingOptions = {}): Promise<number> {
    const { timeoutMs = 1_000, endpoint } = options;
    const connection = this.#endpoints.anyReady(endpoint);
    if (connection !== undefined) return connection.ping(timeoutMs);
    const where = endpoint === undefined ? '' : ` at ${endpoint}`;
    throw new SocketPoolError('NO_CONNECTION', `no connection of ${this.name}${where} is ready`, {
      cause: this.#endpoints.lastError,
    });
  }

  on<Name extends keyof PoolEvents>(
    name: Name,
    listener: (payload: PoolEvents[Name]) => void,
  ): Disposer {
    return this.#events.on(name, listener);
  }

  /** A picture of the whole pool, for others to read. */
  snapshot(): PoolSnapshot {
    const { clock, balancer, discovery, beacons } = this.#dependencies;
    return poolSnapshot({
      ...{ pool: this, clock, balancer, discovery, beacons },
      endpoints: this.#endpoints,
      dispatcher: this.#dispatcher,
      circuits: this.#circuits,
      statistics: this.#statistics,
      littlesLaw: this.#littlesLaw,
    });
  }

  /**
   * Takes no new calls, lets those there are finish, then closes everything. Never rejects; calls that
   * are not done in time fail. Idempotent: all callers share the first close.
   *
   * @param timeoutMs default `drainTimeoutMs`
   */
  close(timeoutMs: number = this.#options.drainTimeoutMs): Promise<void> {
    this.#shutdown.begin(timeoutMs);
    return this.#closed;
  }

  /** Closes at once, also while `close()` waits; calls in flight fail with `CONNECTION_LOST`. */
  destroy(): void {
    void this.close(0);
    this.#shutdown.cut();
  }

  #makeEndpoints(reporter: PoolReporter): EndpointPools {
    const statistics = this.#statistics;
    const isDemanded = (): boolean =>
      this.#readiness.isAwaited || this.#dispatcher.needsConnections;
    const hurryMs = (): number => this.#hurryMs;
    return new EndpointPools(
      this.#options,
      { ...this.#dependencies, statistics, reporter },
      {
        get isDemanded() {
          return isDemanded();
        },
        get hurryMs() {
          return hurryMs();
        },
        onChange: () => this.#onChange(),
        onConnectFailed: (error) => this.#onConnectFailed(error),
      },
    );
  }

  /** In good time before those give up who wait. Who fails fast does not wait for another attempt. */
  get #hurryMs(): number {
    const { whenUnavailable, acquireTimeoutMs } = this.#options;
    const isWaitedFor = this.#readiness.isAwaited || whenUnavailable === 'wait';
    return isWaitedFor ? acquireTimeoutMs / 2 : Number.POSITIVE_INFINITY;
  }

  #onChange(): void {
    if (this.isReady) this.#readiness.succeed();
    this.#updateState();
    this.#dispatcher.serveWaiters();
    this.#shutdown.noteConnections();
  }

  #updateState(): void {
    const from = this.state;
    const { isStarted, isDiscovering, active } = this.#endpoints;
    const { isBegun: isDraining, isDone: isClosed } = this.#shutdown;
    const phase = { isStarted, isDiscovering, isDraining, isClosed };
    if (this.#state.update(phase, active))
      this.#events.emit('stateChanged', { pool: this.name, from, to: this.state });
  }

  #onConnectFailed(error: SocketPoolError): void {
    const isGivenUp = error.code === 'POOL_CLOSED';
    if (!this.isReady && !this.#endpoints.isConnecting && !isGivenUp) this.#readiness.fail(error);
  }

  #onClosing(): void {
    this.#readiness.fail(closedError(this.name));
    this.#onChange();
  }

  #onClosed(): void {
    this.#dependencies.loopLag.stop();
    this.#updateState();
    this.#events.emit('closed', { pool: this.name });
    this.#events.removeAll();
    this.#resolveClosed();
  }

  #notReadyError(): SocketPoolError {
    return shortageError('ACQUIRE_TIMEOUT', {
      options: this.#options,
      endpoints: this.#endpoints,
      inFlight: 0,
      waiters: this.#dispatcher.waiters,
    });
  }
}
