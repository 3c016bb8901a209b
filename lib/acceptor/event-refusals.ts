import type { Clock } from '../common/clock.js';

/** How often it is told at most, in ms. */
const PERIOD_MS = 1_000;

/** Events were refused, and are lost. */
export interface EventRefusal {
  /** Since it was last told. */
  readonly count: number;
  /** Who sent the last of them. */
  readonly remote: string;
  readonly message: string;
}

/** Tells of refused events, for which there is no answer: the first at once, then at most once a second with the next. */
export class EventRefusals {
  readonly #clock: Clock;
  readonly #tell: (refusal: EventRefusal) => void;
  #toldAt = Number.NEGATIVE_INFINITY;
  #untold = 0;

  constructor(clock: Clock, tell: (refusal: EventRefusal) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  add(remote: string, message: string): void {
    this.#untold++;
    const now = this.#clock.now();
    if (now - this.#toldAt < PERIOD_MS) return;
    this.#toldAt = now;
    const count = this.#untold;
    this.#untold = 0;
    this.#tell({ count, remote, message });
  }
}
