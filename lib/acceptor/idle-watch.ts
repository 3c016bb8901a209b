import type { Clock, Timer } from '../common/clock.js';

/** How often within its limit a connection is looked at. */
const LOOKS_PER_LIMIT = 4;

/** What tells whether a connection is used. */
export interface IdleSubject {
  /** Changes with every request and event. */
  readonly lastStreamId: number;
  /** Requests and events that are in work. */
  readonly inWork: number;
}

/**
 * Finds out that a connection is not used any more, without work on the data path: it looks in a few
 * times per limit, and notices between 1 and 1.25 limits after the last use.
 */
export class IdleWatch {
  readonly #limitMs: number;
  readonly #clock: Clock;
  readonly #subject: IdleSubject;
  readonly #onIdle: () => void;
  #timer: Timer | undefined;
  #seenStreamId = 0;
  #quietLooks = 0;

  /** @param limitMs 0 for never */
  constructor(limitMs: number, clock: Clock, subject: IdleSubject, onIdle: () => void) {
    this.#limitMs = limitMs;
    this.#clock = clock;
    this.#subject = subject;
    this.#onIdle = onIdle;
  }

  start(): void {
    if (this.#limitMs > 0) this.#schedule();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #schedule(): void {
    this.#timer = this.#clock.schedule(this.#limitMs / LOOKS_PER_LIMIT, () => this.#look());
  }

  #look(): void {
    const { lastStreamId, inWork } = this.#subject;
    const isQuiet = inWork === 0 && lastStreamId === this.#seenStreamId;
    this.#seenStreamId = lastStreamId;
    this.#quietLooks = isQuiet ? this.#quietLooks + 1 : 0;
    if (this.#quietLooks < LOOKS_PER_LIMIT) this.#schedule();
    else this.#onIdle();
  }
}
