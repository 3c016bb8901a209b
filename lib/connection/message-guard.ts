import type { Clock, Timer } from '../common/clock.js';

/** How often within its time limit a started message is looked at. */
const LOOKS_PER_LIMIT = 4;

/**
 * Limits how long a message may take from its first byte to its last, however steadily the bytes drip
 * in: a limit that is renewed by every byte would let a peer hold memory for ever.
 *
 * A busy connection nearly always has a partial message between two reads, so time is not taken for
 * each one: the guard looks in four times per limit, and what matters is that no message was completed
 * meanwhile. A message is therefore cut between 1 and 1.25 limits after it began.
 */
export class MessageGuard {
  readonly #limitMs: number;
  readonly #clock: Clock;
  readonly #onLate: () => void;
  #timer: Timer | undefined;
  #completed = 0;
  #seenCompleted = 0;
  #looks = 0;
  #hasPartial = false;

  constructor(limitMs: number, clock: Clock, onLate: () => void) {
    this.#limitMs = limitMs;
    this.#clock = clock;
    this.#onLate = onLate;
  }

  /** A message was completed. */
  completed(): void {
    this.#completed++;
  }

  /** Reading stopped within a message, or between two. */
  readTo(hasPartial: boolean): void {
    this.#hasPartial = hasPartial;
    if (hasPartial && this.#timer === undefined) this.#watch();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #watch(): void {
    this.#looks = 0;
    this.#seenCompleted = this.#completed;
    this.#schedule();
  }

  #schedule(): void {
    this.#timer = this.#clock.schedule(this.#limitMs / LOOKS_PER_LIMIT, () => this.#look());
  }

  #look(): void {
    this.#timer = undefined;
    if (!this.#hasPartial) return;
    if (this.#seenCompleted !== this.#completed) this.#watch();
    else if (++this.#looks > LOOKS_PER_LIMIT) this.#onLate();
    else this.#schedule();
  }
}
