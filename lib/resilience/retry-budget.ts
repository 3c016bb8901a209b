/**
 * A bound on retries in proportion to calls. When a service fails, retrying each call multiplies its
 * load just then; with a budget the load grows by the given share at most, however often each call
 * might be retried.
 *
 * Source: tower `retry/budget`, Finagle `RetryBudget`.
 */
import type { Clock } from '../common/clock.js';
import { TimeWindow } from '../common/time-window.js';

/** Permission to retry. */
export interface RetryBudget {
  /** A call was started: a share of a retry is earned. */
  deposit(): void;
  /** @returns whether one more retry is permitted; if so, it is spent */
  withdraw(): boolean;
}

/** Permits every retry. */
export const unlimitedRetries: RetryBudget = Object.freeze({
  deposit() {},
  withdraw: () => true,
});

export interface RetryBudgetTerms {
  /** Retries earned by a call. Default 0.2. */
  readonly depositRatio?: number;
  /** Retries permitted on top, so that a quiet client can retry too. Default 10. */
  readonly perSecond?: number;
}

/** Deposits and withdrawals count for so long: old calls give no permission to storm. */
const WINDOW_MS = 10_000;
const MS_PER_SECOND = 1_000;

/** A balance over the last ten seconds. A deposit is an addition; the clock is read by retries only. */
export class WindowRetryBudget implements RetryBudget {
  readonly #clock: Clock;
  readonly #depositRatio: number;
  /** What may be withdrawn in the window without any deposit. */
  readonly #reserve: number;
  readonly #balance: TimeWindow;
  /** Deposits that are not in the balance yet. */
  #deposited = 0;
  #countedAt: number;

  constructor(clock: Clock, terms: RetryBudgetTerms = {}) {
    const { depositRatio = 0.2, perSecond = 10 } = terms;
    this.#clock = clock;
    this.#depositRatio = depositRatio;
    this.#reserve = perSecond * (WINDOW_MS / MS_PER_SECOND);
    this.#countedAt = clock.now();
    this.#balance = new TimeWindow(WINDOW_MS, this.#countedAt);
  }

  deposit(): void {
    this.#deposited += this.#depositRatio;
  }

  withdraw(): boolean {
    const now = this.#clock.now();
    this.#countDeposits(now);
    if (this.#reserve + this.#balance.sum(now) < 1) return false;
    this.#balance.add(-1, now);
    return true;
  }

  /** Of deposits collected over more than the window only the window's share counts. */
  #countDeposits(now: number): void {
    const elapsedMs = now - this.#countedAt;
    const share = elapsedMs > WINDOW_MS ? WINDOW_MS / elapsedMs : 1;
    this.#balance.add(this.#deposited * share, now);
    this.#deposited = 0;
    this.#countedAt = now;
  }
}
