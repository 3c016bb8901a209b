/**
 * Which share of the work to refuse so that the event loop is not later than it should be.
 *
 * A service whose loop is saturated answers everybody too late, and works mostly for callers that have given
 * up. To refuse some of them at once leaves the others in time. Two questions are answered apart:
 *
 * - Is it overload, or a hiccup? Only the *least* lateness of the last readings counts, as in CoDel (Nichols
 *   and Jacobson, "Controlling Queue Delay", ACM Queue 2012): one long stall shows in one reading, however long
 *   it was; a loop that never catches up shows in all of them.
 * - How much is too much? A proportional-integral controller moves the share, as in PIE (RFC 8033, section 4.2):
 *   by how far the lateness is off its target, and by whether it grows. So the share settles where the lateness
 *   is what was asked for, whatever one request costs.
 */
import type { Random } from '../common/random.js';

/** Time between two readings, in ms. */
const PERIOD_MS = 50;
/** So many readings in a row have to be late. */
const READINGS = 4;
/** Change of the share per second of deviation from the target, and of growth, with each reading. */
const DEVIATION_GAIN = 0.5;
const GROWTH_GAIN = 2.5;
/** However late the loop is, some get through: otherwise it is not seen that the load has gone. */
const MAX_RATIO = 0.95;
/** After a second without a request nothing is known any more. */
const MAX_GAP_PERIODS = 20;

export class LagShedder {
  readonly #targetMs: number;
  readonly #random: Random;
  readonly #readings = new Float64Array(READINGS);
  #place = 0;
  #leastMs = 0;
  #readAt = Number.NEGATIVE_INFINITY;
  #ratio = 0;

  /** @param targetMs how late the loop may be for long */
  constructor(targetMs: number, random: Random) {
    this.#targetMs = targetMs;
    this.#random = random;
  }

  /** The share of requests that is refused now, 0 to 0.95. */
  get ratio(): number {
    return this.#ratio;
  }

  /**
   * Decides on one request.
   *
   * @param now when it arrived, on any steady clock
   * @param lagMs asked for from time to time
   */
  refuses(now: number, lagMs: () => number): boolean {
    const passedMs = now - this.#readAt;
    if (passedMs >= PERIOD_MS) this.#read(now, passedMs, lagMs());
    return this.#ratio > 0 && this.#random() < this.#ratio;
  }

  #read(now: number, passedMs: number, lagMs: number): void {
    this.#readAt = now;
    if (passedMs > PERIOD_MS * MAX_GAP_PERIODS && lagMs <= this.#targetMs) this.#forget();
    this.#readings[this.#place] = lagMs;
    this.#place = (this.#place + 1) % READINGS;
    const leastMs = Math.min(...this.#readings);
    const deviation = (leastMs - this.#targetMs) / 1_000;
    // What happens below the target is nobody's business.
    const growth =
      (Math.max(leastMs, this.#targetMs) - Math.max(this.#leastMs, this.#targetMs)) / 1_000;
    this.#leastMs = leastMs;
    const ratio = this.#ratio + DEVIATION_GAIN * deviation + GROWTH_GAIN * growth;
    this.#ratio = Math.min(Math.max(ratio, 0), MAX_RATIO);
  }

  #forget(): void {
    this.#readings.fill(0);
    this.#leastMs = 0;
    this.#ratio = 0;
  }
}
