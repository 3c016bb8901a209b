/**
 * The client end of one service.
 *
 * Discovery tells the endpoints; each has an elastic set of multiplexed connections; a call goes to the
 * better of two endpoints drawn at random, and there to the better of two connections. Where no
 * connection has room the call waits, bounded in number and time. A call that certainly did not run is
 * sent again elsewhere; every other failure reaches the caller, labelled with what is known of it.
 */
import type { Picker } from '../balancing/picker.js';
import type { Clock, Timer } from '../common/clock.js';
import type { Disposer } from '../common/emitter.js';
import { Emitter } from '../common/emitter.js';
import type { Random } from '../common/random.js';
import { SocketPoolError } from '../errors/socket-pool-error.js';
import type { ClientConnection } from '../connection/client-connection.js';
import type { Discovery } from '../discovery/discovery.js';
import { LittlesLaw } from '../metrics/littles-law.js';
import type { LoopLag } from '../metrics/loop-lag.js';
import type { PoolSnapshot, PoolState } from '../metrics/snapshot.js';
import { freezeSnapshot } from '../metrics/snapshot.js';
import type { Call, CallRequest, CallSink } from './call.js';
import { Dispatcher } from './dispatcher.js';
import type { ConnectionFactory } from './endpoint-pools.js';
import { EndpointPools } from './endpoint-pools.js';
import type { EventSink } from './event-call.js';
import type { PoolEvents } from './pool-events.js';
import type { PoolOptions } from './pool-options.js';
import { endpointSnapshot } from './pool-snapshot.js';
import { poolStateOf } from './pool-state.js';
import { PoolStatistics } from './pool-statistics.js';
import { Readiness } from './readiness.js';

/** How long closing waits for the peers' FINs, in ms. */
const LINGER_MS = 1_500;

export interface SocketPoolDependencies {
  readonly clock: Clock;
  readonly random: Random;
  readonly picker: Picker;
  readonly discovery: Discovery;
  readonly makeConnection: ConnectionFactory;
  readonly loopLag: LoopLag;
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
  readonly #endpoints: EndpointPools;
  readonly #dispatcher: Dispatcher;
  readonly #readiness: Readiness;
  #state: PoolState = 'idle';
  #hasBeenReady = false;
  #isDraining = false;
  #isClosed = false;
  #closing: Promise<void> | undefined;
  #closeTimer: Timer | undefined;
  #onAllClosed: (() => void) | undefined;

  constructor(options: PoolOptions, dependencies: SocketPoolDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    const { clock } = dependencies;
    const statistics = this.#statistics;
    this.#littlesLaw = new LittlesLaw(clock.now());
    this.#endpoints = new EndpointPools(
      options,
      { ...dependencies, statistics, events: this.#events },
      {
        hasWaiters: () => this.#dispatcher.waiters > 0,
        onRoom: () => this.#dispatcher.serveWaiters(),
        onChange: () => this.#onChange(),
        onConnectFailed: (error) => this.#onConnectFailed(error),
      },
    );
    this.#dispatcher = new Dispatcher(options, {
      clock,
      statistics,
      endpoints: this.#endpoints,
      littlesLaw: this.#littlesLaw,
    });
    this.#readiness = new Readiness(clock, options.acquireTimeoutMs, () => this.#notReadyError());
  }

  get name(): string {
    return this.#options.name;
  }

  get options(): PoolOptions {
    return this.#options;
  }

  get state(): PoolState {
    return this.#state;
  }

  /** A connection takes calls: the next one goes straight out. */
  get isReady(): boolean {
    return this.#endpoints.readyConnections > 0;
  }

  /** Begins to connect. Idempotent; the first call does it as well. */
  start(): void {
    if (this.#endpoints.isStarted) return;
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
    if (this.#isDraining || this.#isClosed) return Promise.reject(this.#closedError());
    this.start();
    if (this.isReady) return Promise.resolve();
    const isNew = !this.#readiness.isAwaited;
    const promise = this.#readiness.wait();
    if (isNew) this.#endpoints.hurry(this.#options.acquireTimeoutMs / 2);
    return promise;
  }

  /**
   * Makes a call. Never throws: whatever goes wrong reaches the sink, once.
   *
   * @returns the call, to give it up
   */
  call(request: CallRequest, sink: CallSink): Call {
    return this.#dispatcher.call(request, sink, false);
  }

  /** As `call`, for a consumer that says with `call.consumed(bytes)` when it has dealt with a value; until then the server holds back. */
  callPaced(request: CallRequest, sink: CallSink): Call {
    return this.#dispatcher.call(request, sink, true);
  }

  /** Sends an event. The sink completes when the event is with a ready connection's link. */
  emit(request: CallRequest, sink: EventSink): void {
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
    const connection = this.#connectionTo(endpoint);
    if (connection === undefined) {
      const where = endpoint === undefined ? '' : ` at ${endpoint}`;
      throw new SocketPoolError('NO_CONNECTION', `no connection of ${this.name}${where} is ready`, {
        cause: this.#endpoints.lastError,
      });
    }
    return connection.ping(timeoutMs);
  }

  on<Name extends keyof PoolEvents>(
    name: Name,
    listener: (payload: PoolEvents[Name]) => void,
  ): Disposer {
    return this.#events.on(name, listener);
  }

  /** A picture of the whole pool, for others to read. */
  snapshot(): PoolSnapshot {
    const { clock } = this.#dependencies;
    const now = clock.now();
    return freezeSnapshot({
      name: this.name,
      state: this.#state,
      endpoints: this.#endpoints.all.map((each) =>
        endpointSnapshot(each, this.#options.dialect, now),
      ),
      waiters: this.#dispatcher.waiters,
      inFlight: this.#endpoints.all.reduce((total, each) => total + each.inFlight, 0),
      calls: this.#statistics.callCounts(),
      connects: this.#statistics.connectCounts(),
      closes: this.#statistics.closeCounts(),
      littlesLaw: this.#littlesLaw.snapshot(now, this.#options.pool.highWatermark),
      takenAt: clock.wallNow(),
    });
  }

  /**
   * Takes no new calls, lets those there are finish, then closes everything. Never rejects; calls that
   * are not done in time fail. Idempotent: all callers share the first close.
   *
   * @param timeoutMs default `drainTimeoutMs`
   */
  close(timeoutMs: number = this.#options.drainTimeoutMs): Promise<void> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  /** Closes at once; calls in flight fail with `CONNECTION_LOST`. */
  destroy(): void {
    void this.close(0);
  }

  async #close(timeoutMs: number): Promise<void> {
    this.#isDraining = true;
    this.#onChange();
    await this.#settleCalls(timeoutMs);
    this.#dispatcher.failWaiters(this.#closedError());
    this.#readiness.fail(this.#closedError());
    if (this.#dispatcher.unsettled > 0) this.#endpoints.destroy('shutdown');
    else await this.#drainConnections();
    this.#dispatcher.stop();
    this.#dependencies.loopLag.stop();
    this.#isClosed = true;
    this.#onChange();
    this.#events.emit('closed', { pool: this.name });
    this.#events.removeAll();
  }

  /** Resolves when all calls are settled, or the time is up. */
  #settleCalls(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#dependencies.clock.schedule(timeoutMs, resolve, true);
      this.#dispatcher.close(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  #drainConnections(): Promise<void> {
    return new Promise((resolve) => {
      this.#onAllClosed = () => {
        this.#closeTimer?.cancel();
        this.#onAllClosed = undefined;
        resolve();
      };
      this.#closeTimer = this.#dependencies.clock.schedule(
        LINGER_MS,
        () => this.#endpoints.destroy('shutdown'),
        true,
      );
      this.#endpoints.drain('shutdown');
      this.#noteAllClosed();
    });
  }

  #noteAllClosed(): void {
    if (this.#endpoints.all.every((each) => each.connections.size === 0)) this.#onAllClosed?.();
  }

  #onChange(): void {
    if (this.isReady) {
      this.#hasBeenReady = true;
      this.#readiness.succeed();
    }
    this.#noteAllClosed();
    const phase = {
      isStarted: this.#endpoints.isStarted,
      hasBeenReady: this.#hasBeenReady,
      isDraining: this.#isDraining,
      isClosed: this.#isClosed,
    };
    const from = this.#state;
    this.#state = poolStateOf(phase, this.#endpoints.active);
    if (from !== this.#state)
      this.#events.emit('stateChanged', { pool: this.name, from, to: this.#state });
  }

  #onConnectFailed(error: SocketPoolError): void {
    this.#dispatcher.connectFailed();
    if (!this.isReady && !this.#endpoints.isConnecting) this.#readiness.fail(error);
  }

  #connectionTo(address: string | undefined): ClientConnection | undefined {
    if (address === undefined) return this.#endpoints.pick(undefined)?.pick();
    return this.#endpoints.active.find((each) => each.endpoint.address === address)?.pick();
  }

  #closedError(): SocketPoolError {
    return new SocketPoolError('POOL_CLOSED', `the pool ${this.name} is closed`);
  }

  #notReadyError(): SocketPoolError {
    const { active, lastError } = this.#endpoints;
    if (active.length === 0)
      return new SocketPoolError('NO_ENDPOINT', `no endpoint of ${this.name} is known`);
    const text = `no connection to ${this.name} was ready within ${this.#options.acquireTimeoutMs} ms`;
    return new SocketPoolError('ACQUIRE_TIMEOUT', text, { cause: lastError });
  }
}
