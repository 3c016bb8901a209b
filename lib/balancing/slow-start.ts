/**
 * A process that has just started is slow: caches are empty, code is not compiled yet. And as it has no
 * calls in flight, load alone would send it all of them. So its weight grows from a floor to the whole
 * over some time, in proportion to the time.
 *
 * It grows only beside another node that is warm. When all start at once there is nobody else to take
 * the calls, and nothing would be gained by holding one back.
 *
 * Source: Envoy, slow start mode: `max(floor, time since start / window)` with the default floor of 10 %
 * and aggression 1.
 */
import type { Clock } from '../common/clock.js';

/** The least share of its weight that a node has. */
const FLOOR = 0.1;

export class SlowStart {
  readonly #clock: Clock;
  readonly #windowMs: number;
  readonly #hasWarmOther: () => boolean;
  #startedAt: number | undefined;
  #isRamping = false;

  /**
   * @param clock read on each look at a node that is not warm yet
   * @param windowMs how long the weight grows; 0: it is whole at once
   */
  constructor(clock: Clock, windowMs: number, hasWarmOther: () => boolean) {
    this.#clock = clock;
    this.#windowMs = windowMs;
    this.#hasWarmOther = hasWarmOther;
  }

  /** Which share of its weight the node has now, 0 to 1. */
  get ratio(): number {
    return this.#isRamping ? this.#ramp() : 1;
  }

  /** It has taken calls for as long as a start may take. */
  get isWarm(): boolean {
    return this.#startedAt !== undefined && this.#ageMs >= this.#windowMs;
  }

  /** It takes calls; unless it did before, it starts now. */
  begin(): void {
    if (this.#startedAt === undefined) this.restart();
  }

  /** It is gone: when it takes calls again, it may be another process. */
  end(): void {
    this.#startedAt = undefined;
    this.#isRamping = false;
  }

  /** It takes calls again that it did not get for a time. */
  restart(): void {
    this.#startedAt = this.#clock.now();
    this.#isRamping = this.#windowMs > 0 && this.#hasWarmOther();
  }

  get #ageMs(): number {
    return this.#clock.now() - (this.#startedAt ?? 0);
  }

  #ramp(): number {
    const ratio = this.#ageMs / this.#windowMs;
    if (ratio >= 1) this.#isRamping = false;
    return Math.min(1, Math.max(FLOOR, ratio));
  }
}
