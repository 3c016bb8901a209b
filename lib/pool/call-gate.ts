import { MAX_TIMER_DELAY_MS } from '../common/clock.js';
import type { SocketPoolError } from '../errors/socket-pool-error.js';
import { Call } from './call.js';
import type { Dispatched } from './dispatched.js';
import type { PatternCircuits } from './pattern-circuits.js';
import { badDeadlineError, circuitOpenError, closedError } from './pool-errors.js';

/** Where calls and events come in, and some are turned away before anything is done for them. */
export class CallGate {
  /** Of the patterns of calls. */
  readonly circuits: PatternCircuits;
  readonly #pool: string;
  #isClosed = false;

  constructor(pool: string, circuits: PatternCircuits) {
    this.#pool = pool;
    this.circuits = circuits;
  }

  /** Turns everything away from now on. */
  close(): void {
    this.#isClosed = true;
  }

  /** @returns why the item is turned away; `undefined` when it may come in */
  refusal(item: Dispatched, deadlineMs: number): SocketPoolError | undefined {
    if (this.#isClosed) return closedError(this.#pool);
    if (!(deadlineMs >= 0 && deadlineMs <= MAX_TIMER_DELAY_MS)) return badDeadlineError(deadlineMs);
    // An event is not answered: its circuit would learn nothing of it.
    const openMs = item instanceof Call ? this.circuits.refusal(item) : undefined;
    return openMs === undefined ? undefined : circuitOpenError(item, this.#pool, openMs);
  }
}
