import type { Clock } from '../../common/clock.js';
import { printValue } from '../../common/options.js';
import { Queue } from '../../common/queue.js';
import { invalidOptionsError, SocketPoolError } from '../../errors/socket-pool-error.js';
import { DurationCounts } from '../../metrics/duration-counts.js';
import type { LittlesLaw } from '../../metrics/littles-law.js';
import type { LeaseCounts } from '../../metrics/snapshot.js';
import type { CallOutcome } from '../call.js';
import { closedError } from '../pool-errors.js';
import type { PoolStatistics } from '../pool-statistics.js';
import type { ExclusiveLink } from './exclusive-link.js';
import type { ExclusivePoolOptions } from './exclusive-options.js';
import { exclusiveOptionTable } from './exclusive-options.js';
import type { HeldLease } from './leak-watch.js';
import { LeakWatch } from './leak-watch.js';
import type { LeaseOwner } from './lease.js';
import { Lease } from './lease.js';
import type { AcquireOptions, LeaseClaim } from './lease-waiter.js';
import { LeaseWaiter } from './lease-waiter.js';
import type { LinkSupply } from './link-supply.js';
import { linkShortageError } from './link-shortage.js';

export interface LeaseDeskDependencies<Resource> {
  readonly clock: Clock;
  readonly supply: LinkSupply<Resource>;
  readonly statistics: PoolStatistics;
  readonly littlesLaw: LittlesLaw;
  readonly onLeaked: (held: HeldLease<Resource>, heldMs: number, stack: string) => void;
}

type Claimant = (...args: never[]) => unknown;

/**
 * Hands out links and takes them back. Who waits is served strictly in the order of coming: a link
 * that can be leased goes to the first, whomever it was opened or validated for.
 */
export class LeaseDesk<Resource> implements LeaseOwner<Resource> {
  readonly #options: ExclusivePoolOptions;
  readonly #dependencies: LeaseDeskDependencies<Resource>;
  readonly #leaks: LeakWatch;
  readonly #waits = new DurationCounts();
  readonly #waiters = new Queue<LeaseWaiter<Resource>>();
  readonly #held = new Map<Lease<Resource>, HeldLease<Resource>>();
  #serving: 'no' | 'yes' | 'again' = 'no';
  #isClosed = false;
  #onIdle: (() => void) | undefined;

  constructor(options: ExclusivePoolOptions, dependencies: LeaseDeskDependencies<Resource>) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#leaks = new LeakWatch(dependencies.clock, options.leakThresholdMs);
  }

  get waiters(): number {
    return this.#waiters.size;
  }

  /** Leases that are out. */
  get leased(): number {
    return this.#held.size;
  }

  counts(): LeaseCounts {
    const { supply } = this.#dependencies;
    return {
      leased: this.#held.size,
      idle: supply.active.reduce((total, each) => total + each.idle, 0),
      underWay: supply.underWay,
      overdue: [...this.#held.values()].filter(({ isReported }) => isReported).length,
      leaked: this.#leaks.reported,
      waits: this.#waits.snapshot(),
    };
  }

  /** @param claimant the function whose caller took the lease, for leak detection */
  acquire(options: AcquireOptions, claimant: Claimant): Promise<Lease<Resource>> {
    const { signal, timeoutMs = this.#options.acquireTimeoutMs } = options;
    const { name } = this.#options;
    if (this.#isClosed) return Promise.reject(closedError(name));
    if (!exclusiveOptionTable.acquireTimeoutMs.accepts(timeoutMs)) {
      const { expected } = exclusiveOptionTable.acquireTimeoutMs;
      const problem = `timeoutMs: ${printValue(timeoutMs)} is not ${expected}`;
      return Promise.reject(invalidOptionsError(`acquire() of ${name}`, [problem]));
    }
    if (signal?.aborted === true) return Promise.reject(abortedError(name, signal));
    const { clock, statistics, supply } = this.#dependencies;
    const claim = { startedAt: clock.now(), trace: this.#leaks.trace(claimant) };
    statistics.started++;
    const link = this.#waiters.size === 0 ? supply.takeFresh() : undefined;
    if (link !== undefined) return Promise.resolve(this.#lend(link, claim));
    return this.#wait(claim, timeoutMs, signal);
  }

  /** Gives what can be leased to those that wait, and has more made for the others. */
  serve(): void {
    if (this.#serving !== 'no') {
      this.#serving = 'again';
      return;
    }
    do {
      this.#serving = 'yes';
      this.#serveOnce();
    } while ((this.#serving as string) === 'again');
    this.#serving = 'no';
    this.#noteIdle();
  }

  /** A round of attempts to connect has failed, and there is no link. */
  noteFailure(error: SocketPoolError): void {
    for (const waiter of this.#waiters) {
      waiter.failures++;
      if (waiter.failures > this.#options.acquireRetries) this.#failForWant(waiter, error);
    }
  }

  /** A second has passed. */
  look(): void {
    this.#leaks.look(this.#held.values(), this.#dependencies.onLeaked);
  }

  onReleased(lease: Lease<Resource>): Promise<void> {
    const held = this.#takeOff(lease);
    if (held === undefined) return Promise.resolve();
    this.#settle(held.claim, held.link.isBroken ? 'failed' : 'succeeded', held);
    const done = held.link.takeBack();
    this.#noteIdle();
    return done;
  }

  onDestroyed(lease: Lease<Resource>): void {
    const held = this.#takeOff(lease);
    if (held === undefined) return;
    this.#settle(held.claim, 'failed', held);
    held.link.close('other');
    this.#noteIdle();
  }

  /** Takes no new claims; those that wait are still served. */
  close(): void {
    this.#isClosed = true;
  }

  /** Once nobody waits and nothing is leased. */
  whenIdle(onIdle: () => void): void {
    this.#onIdle = onIdle;
    this.#noteIdle();
  }

  /** No more time for anybody. */
  abandon(error: SocketPoolError): void {
    for (const waiter of this.#waiters) this.#fail(waiter, error, 'failed');
    for (const held of this.#held.values()) this.#settle(held.claim, 'failed', held);
    this.#held.clear();
  }

  stop(): void {
    this.#onIdle = undefined;
  }

  #serveOnce(): void {
    const { supply } = this.#dependencies;
    while (this.#waiters.size > 0) {
      const link = supply.takeFresh();
      if (link === undefined) break;
      const waiter = this.#waiters.shift()!;
      waiter.grant(this.#lend(link, waiter.claim));
    }
    for (let missing = this.#waiters.size - supply.underWay; missing > 0; missing--) {
      const endpoint = supply.pick();
      if (endpoint === undefined) break;
      endpoint.supply();
    }
    if (this.#waiters.size > 0) supply.hurry();
  }

  #wait(
    claim: LeaseClaim,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Lease<Resource>> {
    const { clock } = this.#dependencies;
    if (this.#waiters.size >= this.#options.maxWaiters) {
      this.#settle(claim, 'failed');
      return Promise.reject(this.#shortage('WAITERS_FULL'));
    }
    return new Promise((resolve, reject) => {
      const timer = clock.schedule(timeoutMs, () => this.#expire(waiter), true);
      const onAbort = (): void =>
        this.#fail(waiter, abortedError(this.#options.name, signal!), 'cancelled');
      const settings = { claim, timeoutMs, timer, signal, onAbort };
      const waiter = new LeaseWaiter<Resource>(settings, resolve, reject);
      waiter.entry = this.#waiters.push(waiter);
      this.serve();
      this.#failFast(waiter);
    });
  }

  /** Without retries nobody waits for an attempt that is planned for later. */
  #failFast(waiter: LeaseWaiter<Resource>): void {
    const { supply } = this.#dependencies;
    const { lastError, readyLinks, isConnecting } = supply;
    if (this.#options.acquireRetries > 0 || readyLinks > 0 || isConnecting) return;
    if (lastError !== undefined && waiter.entry!.isQueued) this.#failForWant(waiter, lastError);
  }

  #expire(waiter: LeaseWaiter<Resource>): void {
    const error = this.#shortage('ACQUIRE_TIMEOUT', waiter.timeoutMs);
    this.#fail(waiter, error, 'deadline');
  }

  #failForWant(waiter: LeaseWaiter<Resource>, { code }: SocketPoolError): void {
    this.#fail(waiter, this.#shortage(code), 'failed');
  }

  #fail(waiter: LeaseWaiter<Resource>, error: SocketPoolError, outcome: CallOutcome): void {
    if (!this.#waiters.remove(waiter.entry!)) return;
    this.#settle(waiter.claim, outcome);
    waiter.fail(error);
    this.#noteIdle();
  }

  #lend(link: ExclusiveLink<Resource>, claim: LeaseClaim): Lease<Resource> {
    const heldSince = this.#dependencies.clock.now();
    this.#waits.record(heldSince - claim.startedAt);
    link.lease();
    const lease = new Lease(link, this);
    this.#held.set(lease, { lease, link, claim, heldSince, isReported: false });
    return lease;
  }

  #takeOff(lease: Lease<Resource>): HeldLease<Resource> | undefined {
    const held = this.#held.get(lease);
    this.#held.delete(lease);
    return held;
  }

  #settle(claim: LeaseClaim, outcome: CallOutcome, held?: HeldLease<Resource>): void {
    const { clock, statistics, littlesLaw } = this.#dependencies;
    const now = clock.now();
    statistics.settled(outcome, now - claim.startedAt);
    // A link is occupied while it is held, not while somebody waits for it.
    if (held !== undefined) littlesLaw.settled(now - held.heldSince, now);
  }

  #noteIdle(): void {
    if (this.#waiters.size > 0 || this.#held.size > 0 || this.#serving !== 'no') return;
    const onIdle = this.#onIdle;
    this.#onIdle = undefined;
    onIdle?.();
  }

  #shortage(code: SocketPoolError['code'], timeoutMs?: number): SocketPoolError {
    const { supply } = this.#dependencies;
    const waiters = this.#waiters.size;
    return linkShortageError(code, { options: this.#options, supply, waiters, timeoutMs });
  }
}

function abortedError(pool: string, signal: AbortSignal): SocketPoolError {
  const text = `the wait for a link to ${pool} was given up`;
  return new SocketPoolError('CANCELLED', text, { processed: 'no', cause: signal.reason });
}
