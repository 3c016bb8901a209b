/**
 * How much work to start in one turn of the event loop, so that turns stay short.
 *
 * Where handlers compute, the queue of a Node process is not where one would look for it: what was read in one
 * turn is all started in it, and while that is worked off, whatever comes waits in the kernel, where nobody sees
 * how long. Starting only so much that a turn takes about as long as it may keeps reading prompt. Then all that
 * waits, waits where its age is known, and can be refused in time.
 *
 * How much that is depends on what one piece costs, which shows only afterwards, because most of it happens in
 * callbacks of promises. So each turn is measured, and the next has more or less in proportion; after a single
 * long stall it is at one for a moment, and doubles with each turn.
 */
import type { Clock } from '../common/clock.js';

/** More than a turn can take, whatever it is. */
const MAX_STARTS = 4_096;
const INITIAL_STARTS = 64;

export class TurnPace {
  readonly #targetMs: number;
  readonly #clock: Clock;
  readonly #onTurn: () => void;
  #allowed = INITIAL_STARTS;
  #started = 0;
  #beganAt = 0;

  /**
   * @param targetMs how long a turn may take
   * @param onTurn after each turn in which anything was started: there is room again
   */
  constructor(targetMs: number, clock: Clock, onTurn: () => void) {
    this.#targetMs = targetMs;
    this.#clock = clock;
    this.#onTurn = onTurn;
  }

  /** Whether more may be started in this turn. */
  get hasRoom(): boolean {
    return this.#started < this.#allowed;
  }

  /** How many may be started in one turn, as of now. */
  get startsPerTurn(): number {
    return this.#allowed;
  }

  /** Something is about to be started. */
  started(): void {
    if (this.#started++ > 0) return;
    this.#beganAt = this.#clock.now();
    this.#clock.afterTurn(() => this.#turn());
  }

  #turn(): void {
    const tookMs = this.#clock.now() - this.#beganAt;
    const share = Math.min(2, this.#targetMs / Math.max(tookMs, 0.001));
    // A turn that was not full says nothing of how much more there could be.
    if (share < 1 || !this.hasRoom)
      this.#allowed = Math.min(Math.max(Math.floor(this.#allowed * share), 1), MAX_STARTS);
    this.#started = 0;
    this.#onTurn();
  }
}
