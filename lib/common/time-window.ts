/**
 * A sum over the last while. Time is cut into buckets; whole buckets expire, so the oldest part of the
 * window is coarse by one of them. Adding is a comparison and an addition.
 */
export class TimeWindow {
  readonly #bucketMs: number;
  readonly #sums: Float64Array;
  readonly #startedAt: number;
  /** The number of the newest bucket, counted from the start. */
  #newest = 0;
  #newestEndsAt: number;
  #place = 0;

  /**
   * @param spanMs how long an amount counts, at least
   * @param now on the clock whose times are given later
   */
  constructor(spanMs: number, now: number, buckets = 10) {
    this.#bucketMs = spanMs / buckets;
    // One more than the span needs: the newest is not full yet.
    this.#sums = new Float64Array(buckets + 1);
    this.#startedAt = now;
    this.#newestEndsAt = now + this.#bucketMs;
  }

  add(amount: number, now: number): void {
    if (now >= this.#newestEndsAt) this.#expire(now);
    this.#sums[this.#place]! += amount;
  }

  /** What was added within the window. */
  sum(now: number): number {
    if (now >= this.#newestEndsAt) this.#expire(now);
    return this.#sums.reduce((total, sum) => total + sum, 0);
  }

  /** What was added at `since` or later, as far as the window reaches; too much by less than a bucket. */
  sumSince(since: number, now: number): number {
    if (now >= this.#newestEndsAt) this.#expire(now);
    const { length } = this.#sums;
    const first = Math.max(this.#bucketOf(since), this.#newest - length + 1, 0);
    let total = 0;
    for (let bucket = first; bucket <= this.#newest; bucket++)
      total += this.#sums[bucket % length]!;
    return total;
  }

  /** The length of time that {@link sum} covers, in ms: from less than the span up to a bucket more. */
  coveredMs(now: number): number {
    if (now >= this.#newestEndsAt) this.#expire(now);
    const oldest = Math.max(this.#newest - this.#sums.length + 1, 0);
    return now - this.#startedAt - oldest * this.#bucketMs;
  }

  #expire(now: number): void {
    const newest = this.#bucketOf(now);
    const { length } = this.#sums;
    const passed = Math.min(newest - this.#newest, length);
    for (let step = 0; step < passed; step++) this.#sums[(newest - step) % length] = 0;
    this.#newest = newest;
    this.#place = newest % length;
    this.#newestEndsAt = this.#startedAt + (newest + 1) * this.#bucketMs;
  }

  #bucketOf(time: number): number {
    return Math.floor((time - this.#startedAt) / this.#bucketMs);
  }
}
