import { HealthClass } from '../balancing/balanced-node.js';
import type { Clock } from '../common/clock.js';
import type { Random } from '../common/random.js';
import type { SocketPoolError } from '../errors/socket-pool-error.js';
import type { DeadlineWheel } from '../resilience/deadline-wheel.js';
import type { RetryBudget } from '../resilience/retry-budget.js';
import { WindowRetryBudget } from '../resilience/retry-budget.js';
import type { RetryPolicy, RetryReason } from '../resilience/retry-policy.js';
import { SafeRetryPolicy } from '../resilience/retry-policy.js';
import { DelayedRetries } from './delayed-retries.js';
import type { Dispatched } from './dispatched.js';
import type { EndpointPool } from './endpoint-pool.js';
import { Idempotency } from './idempotency.js';
import type { PatternCircuits } from './pattern-circuits.js';
import type { PoolOptions } from './pool-options.js';

export interface RetrierDependencies {
  readonly clock: Clock;
  readonly random: Random;
  readonly wheel: DeadlineWheel;
  readonly endpoints: { readonly active: readonly EndpointPool[] };
  readonly circuits: PatternCircuits;
}

export interface RetrierOwner {
  /** The item is to be sent again now. */
  resend(item: Dispatched): void;
  onRetry(item: Dispatched, reason: RetryReason): void;
}

/** Sends again what failed and may be sent again: at once where it is safe, after a wait where it was declared to be. */
export class Retrier {
  readonly idempotency: Idempotency;
  /** For all attempts beyond the first, whoever makes them. */
  readonly budget: RetryBudget;
  readonly #clock: Clock;
  readonly #endpoints: RetrierDependencies['endpoints'];
  readonly #owner: RetrierOwner;
  readonly #circuits: PatternCircuits;
  readonly #policy: RetryPolicy;
  readonly #delayed: DelayedRetries;
  #isStopped = false;

  constructor(options: PoolOptions, dependencies: RetrierDependencies, owner: RetrierOwner) {
    const { clock, random, wheel, endpoints } = dependencies;
    const { maxAttempts, retry } = options;
    const { budgetRatio: depositRatio, budgetPerSecond: perSecond } = retry;
    const budget = new WindowRetryBudget(clock, { depositRatio, perSecond });
    const backoff = { initialMs: retry.initialBackoffMs, maxMs: retry.maxBackoffMs };
    this.#clock = clock;
    this.#endpoints = endpoints;
    this.#owner = owner;
    this.#circuits = dependencies.circuits;
    this.budget = budget;
    this.idempotency = new Idempotency(options, random);
    this.#policy = new SafeRetryPolicy({
      ...{ maxAttempts, backoff, random, budget },
      maxRestMs: retry.maxRestMs,
    });
    this.#delayed = new DelayedRetries(wheel, (item) => owner.resend(item));
  }

  /**
   * An attempt failed.
   *
   * @param isRefused by a connection that goes on: who refuses a call is not asked again at once
   * @returns whether the item is or will be sent again
   */
  take(item: Dispatched, error: SocketPoolError, isRefused: boolean): boolean {
    if (error.retryAfterMs !== undefined) item.endpoint?.rest.begin(error.retryAfterMs);
    if (this.#isStopped || item.hasValue || !this.#circuits.allowsRetry(item)) return false;
    const now = this.#clock.now();
    const restMs = isRefused ? shortestRestMs(this.#endpoints.active, item.endpoint) : 0;
    const decision = this.#policy.decide({
      error,
      attempts: item.attempts,
      isIdempotent: this.idempotency.covers(item),
      remainingMs: item.deadlineAt - now,
      restMs,
    });
    if (decision.action === 'giveUp') return false;
    this.#owner.onRetry(item, decision.reason);
    // Everybody rests: whoever has rested enough by then is as good as any other.
    if (restMs > 0) item.endpoint = undefined;
    if (decision.delayMs === 0) this.#owner.resend(item);
    else this.#delayed.add(item, now + decision.delayMs);
    return true;
  }

  /** The item needs no further attempt. On the data path. */
  settled(item: Dispatched): void {
    if (this.#delayed.size > 0) this.#delayed.remove(item);
  }

  /** Sends nothing again from now on. @returns what waited for it, to be settled */
  stop(): readonly Dispatched[] {
    this.#isStopped = true;
    return this.#delayed.items();
  }
}

/** How long until an endpoint may be asked, in ms; of the one that refused only where it said when. */
function shortestRestMs(
  endpoints: readonly EndpointPool[],
  refusing: EndpointPool | undefined,
): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (const each of endpoints) {
    const { leftMs } = each.rest;
    const takesCalls = each.healthClass !== HealthClass.Unavailable;
    if (takesCalls && (each !== refusing || leftMs > 0)) shortest = Math.min(shortest, leftMs);
  }
  return shortest;
}
