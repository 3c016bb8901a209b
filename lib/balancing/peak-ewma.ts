/**
 * The latency of a node as a moving average that is quick to rise and slow to fall: a longer time is
 * taken over at once, a shorter one moves the average by as much as time has passed. So one slow answer
 * is enough to send calls elsewhere, and a node that is not asked any more is forgiven in time, since
 * the average falls also without answers.
 *
 * Source: `PeakEwma` of Twitter's Finagle. The weight of the past is `e^(-t / decay)`.
 */
export class PeakEwma {
  readonly #decayMs: number;
  #averageMs = 0;
  #at = 0;

  /** @param decayMs how long it takes until the past counts only 1/e, about a third */
  constructor(decayMs: number) {
    this.#decayMs = decayMs;
  }

  /** @returns the average in ms as of `now`; 0 before the first observation */
  at(now: number): number {
    return this.#averageMs === 0 ? 0 : this.#averageMs * this.#pastAt(now);
  }

  /**
   * Takes in a time that a call took.
   *
   * @param isFailure a failure can be slow, but it cannot be quick: the node is not the better for it
   */
  observe(durationMs: number, now: number, isFailure = false): void {
    const past = this.#pastAt(now);
    if (durationMs >= this.#averageMs * past) this.#averageMs = durationMs;
    else if (isFailure) return;
    else this.#averageMs = this.#averageMs * past + durationMs * (1 - past);
    this.#at = now;
  }

  #pastAt(now: number): number {
    return Math.exp(-Math.max(0, now - this.#at) / this.#decayMs);
  }
}
