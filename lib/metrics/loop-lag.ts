/**
 * How late this process's event loop runs. Told to peers in every pong, so that they can tell busy from
 * dead; asked by whoever judges peers by their silence, because what they sent while the loop stood
 * still lies unread in the kernel.
 */
import type { Clock, Timer } from '../common/clock.js';
import { TimeWindow } from '../common/time-window.js';

/** How often lateness is measured; a shorter stall may fall between two measurements. */
const SAMPLE_MS = 50;
/** Timers are never exact: less lateness than this is no stall. */
const MIN_STALL_MS = 20;
const HISTORY_MS = 120_000;
const HISTORY_BUCKETS = 120;

/** A timer that watches how late it is itself. Does not keep the process alive. */
export class LoopLag {
  readonly #clock: Clock;
  readonly #stalls: TimeWindow;
  #timer: Timer | undefined;
  #expectedAt = Infinity;
  #lastMs = 0;
  #maxMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#stalls = new TimeWindow(HISTORY_MS, clock.now(), HISTORY_BUCKETS);
  }

  /** Idempotent. */
  start(): void {
    if (this.#timer === undefined) this.#schedule();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#expectedAt = Infinity;
    this.#lastMs = 0;
  }

  /** As last measured, or by how much the next measurement is late already, in ms. */
  get currentMs(): number {
    return Math.max(this.#lastMs, this.#overdueMs());
  }

  /** The greatest since it was last taken, in ms; the next one counts from zero. */
  takeMaxMs(): number {
    const maxMs = Math.max(this.#maxMs, this.#overdueMs());
    this.#maxMs = 0;
    return maxMs;
  }

  /**
   * For how long the loop stood still after `since`, in ms, as far back as two minutes; too much, if
   * anything, by what it stood still in the second before.
   */
  stalledSince(since: number): number {
    const now = this.#clock.now();
    const overdueMs = this.#overdueMs();
    const current = overdueMs >= MIN_STALL_MS ? overdueMs : 0;
    return Math.min(this.#stalls.sumSince(since, now) + current, Math.max(now - since, 0));
  }

  #schedule(): void {
    this.#expectedAt = this.#clock.now() + SAMPLE_MS;
    this.#timer = this.#clock.schedule(SAMPLE_MS, () => this.#sample());
  }

  #sample(): void {
    this.#lastMs = this.#overdueMs();
    this.#maxMs = Math.max(this.#maxMs, this.#lastMs);
    if (this.#lastMs >= MIN_STALL_MS) this.#stalls.add(this.#lastMs, this.#clock.now());
    this.#schedule();
  }

  #overdueMs(): number {
    return Math.max(this.#clock.now() - this.#expectedAt, 0);
  }
}
