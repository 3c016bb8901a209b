import type { Clock, Timer } from './clock.js';

/**
 * A clock that is read once per turn of the loop, however often it is asked. On the data path the
 * thousands of calls of one turn then share one reading; within a turn its time stands still.
 */
export class TurnClock implements Clock {
  readonly #clock: Clock;
  #now = 0;
  #isFresh = false;
  #isExpiring = false;
  readonly #expire = (): void => {
    this.#isFresh = this.#isExpiring = false;
  };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    if (this.#isFresh) return this.#now;
    this.#now = this.#clock.now();
    this.#isFresh = true;
    if (!this.#isExpiring) {
      this.#isExpiring = true;
      this.#clock.afterTurn(this.#expire);
    }
    return this.#now;
  }

  /** The next reading is a new one, even in this turn. */
  renew(): void {
    this.#isFresh = false;
  }

  wallNow(): number {
    return this.#clock.wallNow();
  }

  schedule(delayMs: number, callback: () => void, keepsAlive?: boolean): Timer {
    return this.#clock.schedule(delayMs, callback, keepsAlive);
  }

  afterTurn(callback: () => void): Timer {
    return this.#clock.afterTurn(callback);
  }
}
