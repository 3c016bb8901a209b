import { setTimeout as wait } from 'node:timers/promises';
import type { IssueCall } from './call-loop.js';

const TICK_MS = 5;
/** A peer that does not keep up gets no more than this at once: what it missed is not made up for. */
const MAX_IN_FLIGHT = 32;

/** An open loop: calls at a fixed rate, whether or not the earlier ones were answered. */
export class PacedCalls {
  completed = 0;
  failure: unknown;
  readonly #issue: IssueCall;
  readonly #callsPerMs: number;
  #inFlight = 0;
  #startedAt = 0;
  #due = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(issue: IssueCall, callsPerSecond: number) {
    this.#issue = issue;
    this.#callsPerMs = callsPerSecond / 1000;
  }

  start(): void {
    this.#startedAt = performance.now();
    this.#due = 0;
    this.#timer = setInterval(() => this.#callDue(), TICK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    while (this.#inFlight > 0) {
      await wait(1);
    }
  }

  #callDue(): void {
    const due = Math.floor((performance.now() - this.#startedAt) * this.#callsPerMs);
    while (this.#due < due) {
      this.#due += 1;
      if (this.#inFlight < MAX_IN_FLIGHT) {
        this.#call();
      }
    }
  }

  #call(): void {
    this.#inFlight += 1;
    this.#issue({
      next: () => {},
      error: (error) => {
        this.#inFlight -= 1;
        this.failure ??= error;
      },
      complete: () => {
        this.#inFlight -= 1;
        this.completed += 1;
      },
    });
  }
}
