/**
 * Whether a failed attempt is followed by another. By default a call is run at most once, so it is
 * sent again only where it certainly did not run: it was never written, the server rejected it, or it
 * lies beyond the last stream of a go-away. Such a retry is invisible to the caller, and it needs no
 * wait, because it goes to another connection.
 */
import type { SocketPoolError } from '../errors/socket-pool-error.js';
import type { RetryBudget } from './retry-budget.js';
import { unlimitedRetries } from './retry-budget.js';

export type RetryDecision =
  { readonly action: 'retry'; readonly delayMs: number } | { readonly action: 'giveUp' };

/** A failed attempt, as far as a retry depends on it. */
export interface FailedAttempt {
  readonly error: SocketPoolError;
  /** How many attempts were made, this one included. */
  readonly attempts: number;
}

export interface RetryPolicy {
  /** Spends from the budget when it decides for a retry. */
  decide(failed: FailedAttempt): RetryDecision;
}

const RETRY_NOW: RetryDecision = Object.freeze({ action: 'retry', delayMs: 0 });
const GIVE_UP: RetryDecision = Object.freeze({ action: 'giveUp' });

/** Never sends a call again. */
export const noRetries: RetryPolicy = Object.freeze({ decide: () => GIVE_UP });

/** Retries what was not processed, at once, within a number of attempts and a budget. */
export class UnprocessedRetryPolicy implements RetryPolicy {
  readonly #maxAttempts: number;
  readonly #budget: RetryBudget;

  /** @param maxAttempts the first attempt included */
  constructor(maxAttempts: number, budget: RetryBudget = unlimitedRetries) {
    this.#maxAttempts = maxAttempts;
    this.#budget = budget;
  }

  decide({ error, attempts }: FailedAttempt): RetryDecision {
    const isSafe = error.processed === 'no' && error.retryable;
    if (!isSafe || attempts >= this.#maxAttempts) return GIVE_UP;
    return this.#budget.withdraw() ? RETRY_NOW : GIVE_UP;
  }
}
