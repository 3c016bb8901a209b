import { setImmediate, clearImmediate } from 'node:timers';

/** The longest delay Node's timers accept; anything above fires at once, so it is capped. */
export const MAX_TIMER_DELAY_MS = 2 ** 31 - 1;

/** A scheduled callback. `cancel()` after it fired, or twice, does nothing. */
export interface Timer {
  cancel(): void;
}

/**
 * Where time comes from. Layers 0–3 take a clock as a constructor argument, so that their tests
 * advance a manual one instead of sleeping.
 */
export interface Clock {
  /** Monotonic milliseconds, fractional; comparable only with other values of the same clock. */
  now(): number;

  /** Milliseconds since the Unix epoch, for people and logs only: it may jump. */
  wallNow(): number;

  /**
   * Runs `callback` once, after `delayMs` (capped at 2^31-1). The timer does not keep the process
   * alive, unless `keepsAlive` says that somebody is waiting for it.
   */
  schedule(delayMs: number, callback: () => void, keepsAlive?: boolean): Timer;

  /** Runs `callback` once at the end of the current turn of the event loop. */
  afterTurn(callback: () => void): Timer;
}

class TimeoutTimer implements Timer {
  readonly #timeout: NodeJS.Timeout;

  constructor(delayMs: number, callback: () => void, keepsAlive: boolean) {
    this.#timeout = setTimeout(callback, Math.min(Math.max(delayMs, 0), MAX_TIMER_DELAY_MS));
    if (!keepsAlive) this.#timeout.unref();
  }

  cancel(): void {
    clearTimeout(this.#timeout);
  }
}

class TurnTimer implements Timer {
  readonly #immediate: NodeJS.Immediate;

  constructor(callback: () => void) {
    this.#immediate = setImmediate(callback);
  }

  cancel(): void {
    clearImmediate(this.#immediate);
  }
}

class SystemClock implements Clock {
  now(): number {
    return performance.now();
  }

  wallNow(): number {
    return Date.now();
  }

  schedule(delayMs: number, callback: () => void, keepsAlive = false): Timer {
    return new TimeoutTimer(delayMs, callback, keepsAlive);
  }

  afterTurn(callback: () => void): Timer {
    return new TurnTimer(callback);
  }
}

/** The real clock, supplied at the composition root. */
export const systemClock: Clock = new SystemClock();

/** A clock that all threads of a process read alike, in ns; that of `performance` starts anew in each thread. */
export type SharedTime = () => bigint;

export const systemSharedTime: SharedTime = () => process.hrtime.bigint();
