/**
 * Whether a failed attempt is followed by another. By default a call is run at most once, so it is
 * sent again only where it certainly did not run: it was never written, the server rejected it, or it
 * lies beyond the last stream of a go-away. Such a retry is invisible to the caller, and it needs no
 * wait, because it goes elsewhere. What was lost in flight can have run: it is sent again only where
 * the caller said that this does no harm, and after a wait that doubles and that chance spreads,
 * because whatever took one connection took those of others as well. What the server answered is an
 * answer, however bad.
 *
 * Every retry spends from one budget, ends before the deadline, and counts against one limit.
 */
import type { Random } from '../common/random.js';
import type { ErrorCode } from '../errors/error-codes.js';
import type { SocketPoolError } from '../errors/socket-pool-error.js';
import type { BackoffSettings } from './backoff.js';
import { backoffMs } from './backoff.js';
import type { RetryBudget } from './retry-budget.js';
import { unlimitedRetries } from './retry-budget.js';

/** Why a call is sent again. `unsent`: nothing of it was written. `lost`: in flight when its connection ended. */
export type RetryReason = 'unsent' | 'rejected' | 'lost';

export type RetryDecision =
  | { readonly action: 'retry'; readonly delayMs: number; readonly reason: RetryReason }
  | { readonly action: 'giveUp' };

/** A failed attempt, as far as a retry depends on it. */
export interface FailedAttempt {
  readonly error: SocketPoolError;
  /** How many attempts were made, this one included. */
  readonly attempts: number;
  /** Running the call twice does no harm. */
  readonly isIdempotent: boolean;
  /** Until the deadline, in ms; `Infinity` without one. */
  readonly remainingMs: number;
  /** Until there is somebody to ask, in ms: 0 at once, `Infinity` where nobody is in sight. */
  readonly restMs: number;
}

export interface RetryPolicy {
  /** Spends from the budget when it decides for a retry. */
  decide(failed: FailedAttempt): RetryDecision;
}

export interface RetryPolicySettings {
  /** The first attempt included. */
  readonly maxAttempts: number;
  /** The longest wait for somebody to ask: where it is longer, the caller is better served with the failure. */
  readonly maxRestMs: number;
  /** The wait before what may have run is sent again. */
  readonly backoff: BackoffSettings;
  readonly random: Random;
  readonly budget?: RetryBudget;
}

/** What an attempt needs at least, in ms: with less the deadline would only be met on the way. */
const MIN_REMAINING_MS = 10;

/** The codes of a call that was in flight when its connection ended. */
const LOSSES: readonly ErrorCode[] = ['CONNECTION_LOST', 'HEARTBEAT_TIMEOUT'];

const GIVE_UP: RetryDecision = Object.freeze({ action: 'giveUp' });

/** Never sends a call again. */
export const noRetries: RetryPolicy = Object.freeze({ decide: () => GIVE_UP });

/** Retries what was not processed, and what may be processed twice. */
export class SafeRetryPolicy implements RetryPolicy {
  readonly #settings: RetryPolicySettings;
  readonly #budget: RetryBudget;

  constructor(settings: RetryPolicySettings) {
    this.#settings = settings;
    this.#budget = settings.budget ?? unlimitedRetries;
  }

  decide(failed: FailedAttempt): RetryDecision {
    const { attempts, remainingMs, restMs } = failed;
    const { maxAttempts, maxRestMs, random, backoff } = this.#settings;
    const reason = retryReason(failed);
    if (reason === undefined || attempts >= maxAttempts) return GIVE_UP;
    const waitMs = reason === 'lost' ? backoffMs(random, attempts, backoff) : 0;
    const delayMs = Math.max(waitMs, restMs);
    const isTooLate = restMs > maxRestMs || delayMs + MIN_REMAINING_MS > remainingMs;
    if (isTooLate || !this.#budget.withdraw()) return GIVE_UP;
    return { action: 'retry', delayMs, reason };
  }
}

/** `undefined` for what is not to be sent again. */
function retryReason({ error, isIdempotent }: FailedAttempt): RetryReason | undefined {
  if (error.processed === 'no' && error.retryable)
    return error.code === 'REJECTED' ? 'rejected' : 'unsent';
  const isLost = error.processed === 'maybe' && LOSSES.includes(error.code);
  return isIdempotent && isLost ? 'lost' : undefined;
}
