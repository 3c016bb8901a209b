import type { Clock } from '../common/clock.js';
import { systemClock } from '../common/clock.js';

/** About a millisecond of work. */
const VALUES_PER_TURN = 512;

/**
 * Shares the turns of the loop among streamed replies. A source that has its next value ready never
 * leaves the microtask queue: with some hundred streams of such a source a peer would keep timers,
 * heartbeats and all other requests waiting until every window of credit is used up.
 */
export class TurnBudget {
  private left = VALUES_PER_TURN;
  private isCounting = false;
  private waiting: (() => void)[] = [];

  constructor(private readonly clock: Clock) {}

  /**
   * Spends one value.
   *
   * @returns `undefined`, or where this turn has none left a promise of one in a later turn
   */
  spend(): Promise<void> | undefined {
    if (this.left === 0) return new Promise((resolve) => void this.waiting.push(resolve));
    this.left--;
    this.count();
    return undefined;
  }

  private count(): void {
    if (this.isCounting) return;
    this.isCounting = true;
    this.clock.afterTurn(() => this.renew());
  }

  private renew(): void {
    const next = this.waiting.splice(0, VALUES_PER_TURN);
    this.left = VALUES_PER_TURN - next.length;
    this.isCounting = false;
    if (next.length > 0) this.count();
    for (const resume of next) resume();
  }
}

/** The one of this process, because its loop is one as well. */
export const turnBudget = new TurnBudget(systemClock);
