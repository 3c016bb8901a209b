/**
 * A pool for protocols that cannot multiplex: one user at a time for each link.
 *
 * The rest of this library puts many calls on one connection, because both ends speak a protocol made
 * for it. Old ones answer one question at a time, in order, and a session may have state; there the only
 * way to more at once is more links, each leased to one user and taken back.
 *
 * Why this is not a wrapper around generic-pool (3.9.0, its last release of 2022), tarn (3.1.2) or
 * lightning-pool (4.14.0), which were read for it: each is 500 to 1 600 lines about a queue and a set,
 * and that half exists here already. None has a lifetime with jitter, an `AbortSignal`, a backoff after failed attempts
 * (generic-pool and tarn try again at once, or every 200 ms, which is what a server that comes back does
 * not need), the stack of a leak, or knows that there are several endpoints: with one such pool for each,
 * their queues would be of no use, and the fair one would still be to write. They run on timers of their own, so
 * nothing of it could be tested without sleeping. What is shared with the multiplexed pool instead:
 * discovery, pickers, reconnect, lifetimes, states, shutdown, counts, events and snapshots.
 */
import type { Picker } from '../../balancing/picker.js';
import type { Clock } from '../../common/clock.js';
import type { Disposer } from '../../common/emitter.js';
import { Emitter } from '../../common/emitter.js';
import type { Random } from '../../common/random.js';
import type { SocketPoolError } from '../../errors/socket-pool-error.js';
import type { Discovery } from '../../discovery/discovery.js';
import type { LinkStream } from '../../link/link-stream.js';
import { LittlesLaw } from '../../metrics/littles-law.js';
import type { PoolSnapshot, PoolState } from '../../metrics/snapshot.js';
import { closedError } from '../pool-errors.js';
import type { PoolEvents } from '../pool-events.js';
import { PoolReporter } from '../pool-reporter.js';
import { PoolStateTracker } from '../pool-state.js';
import { PoolStatistics } from '../pool-statistics.js';
import { Readiness } from '../readiness.js';
import { Shutdown } from '../shutdown.js';
import { ExclusiveControl } from './exclusive-control.js';
import type { ExclusivePoolEvents } from './exclusive-events.js';
import { leakText } from './exclusive-events.js';
import type { ExclusivePoolOptions } from './exclusive-options.js';
import { exclusiveSnapshot } from './exclusive-snapshot.js';
import type { HeldLease } from './leak-watch.js';
import type { Lease } from './lease.js';
import { LeaseDesk } from './lease-desk.js';
import type { AcquireOptions } from './lease-waiter.js';
import { linkShortageError } from './link-shortage.js';
import type { LinkFactory } from './link-supply.js';
import { LinkSupply } from './link-supply.js';

export interface ExclusivePoolDependencies<Resource> {
  readonly clock: Clock;
  readonly random: Random;
  readonly picker: Picker;
  readonly discovery: Discovery;
  readonly makeLink: LinkFactory<Resource>;
}

export interface UseOptions extends AcquireOptions {
  /**
   * After which errors of the function the link can be used on: those that the protocol delivers in
   * order, such as an answer that says no. After all others it is closed, because nobody knows what
   * is under way on it. Default: after none.
   */
  readonly keepAfter?: (error: unknown) => boolean;
}

/** Leases of links to the instances of one service, each to one user at a time. */
export class ExclusivePool<Resource = LinkStream> implements AsyncDisposable {
  readonly #options: ExclusivePoolOptions;
  readonly #clock: Clock;
  readonly #events = new Emitter<ExclusivePoolEvents>();
  readonly #statistics = new PoolStatistics();
  readonly #littlesLaw: LittlesLaw;
  readonly #supply: LinkSupply<Resource>;
  readonly #desk: LeaseDesk<Resource>;
  readonly #control: ExclusiveControl;
  readonly #readiness: Readiness;
  readonly #shutdown: Shutdown;
  readonly #state = new PoolStateTracker();
  readonly #closed: Promise<void>;
  #resolveClosed: () => void = () => {};

  /** @internal Use `createExclusivePool`. */
  constructor(options: ExclusivePoolOptions, dependencies: ExclusivePoolDependencies<Resource>) {
    const { clock } = dependencies;
    this.#options = options;
    this.#clock = clock;
    this.#littlesLaw = new LittlesLaw(clock.now());
    this.#closed = new Promise((resolve) => (this.#resolveClosed = resolve));
    this.#supply = this.#makeSupply(dependencies);
    this.#desk = new LeaseDesk(options, {
      clock,
      supply: this.#supply,
      statistics: this.#statistics,
      littlesLaw: this.#littlesLaw,
      onLeaked: (held, heldMs, stack) => this.#onLeaked(held, heldMs, stack),
    });
    this.#control = new ExclusiveControl(options, this.#supply);
    this.#readiness = new Readiness(clock, options.acquireTimeoutMs, () => this.#notReadyError());
    this.#shutdown = new Shutdown({
      pool: options.name,
      clock,
      dispatcher: this.#desk,
      endpoints: this.#supply,
      onBegun: () => this.#onClosing(),
      onDone: () => this.#onClosed(),
    });
  }

  get name(): string {
    return this.#options.name;
  }

  get options(): ExclusivePoolOptions {
    return this.#options;
  }

  get state(): PoolState {
    return this.#state.current;
  }

  /** Changes the pool while it runs: its size, and single endpoints. */
  get control(): ExclusiveControl {
    return this.#control;
  }

  /** A link is open, leased or not. */
  get isReady(): boolean {
    return this.#supply.readyLinks > 0;
  }

  /** Begins to open links. Idempotent; the first `acquire` does it as well. */
  start(): void {
    if (this.#supply.isStarted || this.#shutdown.isBegun) return;
    this.#supply.start();
    this.#onChange();
  }

  /**
   * Waits for an open link, and starts the pool if need be.
   *
   * @throws SocketPoolError as soon as no endpoint is left that is connecting; `ACQUIRE_TIMEOUT`; `POOL_CLOSED`
   */
  ready(): Promise<void> {
    if (this.#shutdown.isBegun) return Promise.reject(closedError(this.name));
    this.start();
    if (this.isReady) return Promise.resolve();
    const promise = this.#readiness.wait();
    this.#supply.hurry();
    this.#onChange();
    return promise;
  }

  /**
   * Leases a link. Release it in any case: `await using lease = await pool.acquire()`.
   *
   * @throws SocketPoolError `ACQUIRE_TIMEOUT`, `WAITERS_FULL`, `POOL_CLOSED`, `CANCELLED`, `NO_ENDPOINT`; after
   *   `acquireRetries`, that for which no link could be opened
   */
  acquire(options: AcquireOptions = {}): Promise<Lease<Resource>> {
    if (!this.#supply.isStarted) this.start();
    // oxlint-disable-next-line typescript/unbound-method
    return this.#desk.acquire(options, this.acquire);
  }

  /**
   * Leases a link for as long as a function runs. When the function throws, the link is closed, unless
   * `keepAfter` says that it can be used on.
   *
   * @returns what the function returns, once the link is returned
   * @throws what the function throws; what `acquire` throws
   */
  async use<Result>(
    run: (resource: Resource, lease: Lease<Resource>) => Result | PromiseLike<Result>,
    options: UseOptions = {},
  ): Promise<Awaited<Result>> {
    if (!this.#supply.isStarted) this.start();
    // oxlint-disable-next-line typescript/unbound-method
    const lease = await this.#desk.acquire(options, this.use);
    try {
      return await run(lease.resource, lease);
    } catch (error) {
      if (options.keepAfter?.(error) !== true) lease.destroy();
      throw error;
    } finally {
      await lease.release();
    }
  }

  on<Name extends keyof ExclusivePoolEvents>(
    name: Name,
    listener: (payload: ExclusivePoolEvents[Name]) => void,
  ): Disposer {
    return this.#events.on(name, listener);
  }

  /** A picture of the whole pool, for others to read: that of every pool, and `leases`. */
  snapshot(): PoolSnapshot {
    return exclusiveSnapshot({
      name: this.name,
      state: this.state,
      clock: this.#clock,
      supply: this.#supply,
      desk: this.#desk,
      statistics: this.#statistics,
      littlesLaw: this.#littlesLaw,
    });
  }

  /**
   * Takes no new claims, serves those that wait, and closes each link once it is returned. Never rejects;
   * what is not returned in time is closed all the same. Idempotent: all callers share the first close.
   *
   * @param timeoutMs default `drainTimeoutMs`
   */
  close(timeoutMs: number = this.#options.drainTimeoutMs): Promise<void> {
    this.#shutdown.begin(timeoutMs);
    return this.#closed;
  }

  /** Closes everything at once, also while `close()` waits. */
  destroy(): void {
    void this.close(0);
    this.#shutdown.cut();
  }

  /** What `await using` does at the end of the block: `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #makeSupply(dependencies: ExclusivePoolDependencies<Resource>): LinkSupply<Resource> {
    const statistics = this.#statistics;
    const events = this.#events as unknown as Emitter<PoolEvents>;
    const reporter = new PoolReporter(this.name, events, statistics);
    const isDemanded = (): boolean => this.#readiness.isAwaited || this.#desk.waiters > 0;
    return new LinkSupply(
      this.#options,
      { ...dependencies, statistics, reporter },
      {
        get isDemanded() {
          return isDemanded();
        },
        // In good time before those give up who wait.
        hurryMs: this.#options.acquireTimeoutMs / 2,
        onChange: () => this.#onChange(),
        onConnectFailed: (error) => this.#onConnectFailed(error),
        onLook: () => this.#desk.look(),
      },
    );
  }

  #onChange(): void {
    if (this.isReady) this.#readiness.succeed();
    this.#updateState();
    this.#desk.serve();
    // Without a minimum nothing would be opened for those that wait for the first link.
    if (this.#readiness.isAwaited && !this.#supply.isConnecting) this.#supply.pick()?.supply();
    this.#shutdown.noteConnections();
  }

  #updateState(): void {
    const from = this.state;
    const { isStarted, isDiscovering, active } = this.#supply;
    const { isBegun: isDraining, isDone: isClosed } = this.#shutdown;
    if (this.#state.update({ isStarted, isDiscovering, isDraining, isClosed }, active))
      this.#events.emit('stateChanged', { pool: this.name, from, to: this.state });
  }

  #onConnectFailed(error: SocketPoolError): void {
    if (this.isReady || this.#supply.isConnecting || error.code === 'POOL_CLOSED') return;
    this.#readiness.fail(error);
    this.#desk.noteFailure(error);
  }

  #onLeaked(held: HeldLease<Resource>, heldMs: number, stack: string): void {
    const { address: endpoint, id: connectionId } = held.link;
    const leak = { pool: this.name, endpoint, connectionId, heldMs, stack };
    if (this.#events.hasListeners('leaseLeaked')) this.#events.emit('leaseLeaked', leak);
    else process.emitWarning(leakText(leak), 'SocketPoolWarning');
  }

  #onClosing(): void {
    this.#readiness.fail(closedError(this.name));
    this.#onChange();
  }

  #onClosed(): void {
    this.#updateState();
    this.#events.emit('closed', { pool: this.name });
    this.#events.removeAll();
    this.#resolveClosed();
  }

  #notReadyError(): SocketPoolError {
    const waiters = this.#desk.waiters;
    const { acquireTimeoutMs: timeoutMs } = this.#options;
    const shortage = { options: this.#options, supply: this.#supply, waiters, timeoutMs };
    return linkShortageError('ACQUIRE_TIMEOUT', shortage);
  }
}
