import type { Clock, Timer } from '../common/clock.js';

/** How long connections whose work was stopped may take to say goodbye. */
const GOODBYE_MS = 1_500;

export interface DrainTerms {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Nothing runs any more, and all connections are closed. */
  readonly isQuiet: () => boolean;
  /** All connections are closed, whatever still runs. */
  readonly isEmpty: () => boolean;
  /** The time is up: end the work. */
  readonly stop: () => void;
  /** Some did not say goodbye: close them. */
  readonly destroy: () => void;
}

/**
 * The last part of an acceptor's life: what runs may finish, for a limited time, then it is stopped,
 * then it is cut off. Ends at the latest `timeoutMs` and the time for a goodbye after it began.
 */
export class Drain {
  readonly finished: Promise<void>;
  readonly #terms: DrainTerms;
  #finish: () => void = () => undefined;
  #timer: Timer | undefined;
  #isTimeUp = false;

  constructor(terms: DrainTerms) {
    this.#terms = terms;
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  start(): void {
    const { clock, timeoutMs } = this.#terms;
    this.#timer = clock.schedule(timeoutMs, () => this.#onTimeUp(), true);
    this.check();
  }

  /** To be called whenever a connection has closed or a piece of work has ended. */
  check(): void {
    const { isQuiet, isEmpty } = this.#terms;
    if (this.#isTimeUp ? isEmpty() : isQuiet()) this.#end();
  }

  #onTimeUp(): void {
    const { clock, stop, destroy } = this.#terms;
    this.#isTimeUp = true;
    stop();
    this.#timer = clock.schedule(
      GOODBYE_MS,
      () => {
        destroy();
        this.#end();
      },
      true,
    );
    this.check();
  }

  #end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#finish();
  }
}
