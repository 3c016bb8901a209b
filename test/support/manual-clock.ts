import type { Clock, Timer } from '../../lib/common/clock.js';

interface ScheduledCallback {
  readonly dueAt: number;
  readonly order: number;
  readonly callback: () => void;
  readonly keepsAlive: boolean;
}

/** A clock that stands still until a test advances it. Callbacks run in the order in which they fall due. */
export class ManualClock implements Clock {
  #now = 1_000;
  #order = 0;
  readonly #scheduled = new Set<ScheduledCallback>();
  readonly #turn = new Set<{ callback: () => void }>();

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return 1_700_000_000_000 + this.#now;
  }

  schedule(delayMs: number, callback: () => void, keepsAlive = false): Timer {
    const entry = {
      dueAt: this.#now + Math.max(delayMs, 0),
      order: this.#order++,
      callback,
      keepsAlive,
    };
    this.#scheduled.add(entry);
    return { cancel: () => void this.#scheduled.delete(entry) };
  }

  afterTurn(callback: () => void): Timer {
    const entry = { callback };
    this.#turn.add(entry);
    return { cancel: () => void this.#turn.delete(entry) };
  }

  /** How many timers are waiting; zero once everything under test is closed. */
  get timerCount(): number {
    return this.#scheduled.size;
  }

  /** How many callbacks wait for the end of the turn. */
  get turnCount(): number {
    return this.#turn.size;
  }

  /** Ends the current turn, and those that its callbacks start, without time passing. */
  endTurn(): void {
    for (let turns = 0; this.#turn.size > 0; turns++) {
      if (turns > 10_000)
        throw new Error('the turn never ends: callbacks keep scheduling each other');
      const entries = [...this.#turn];
      for (const entry of entries) {
        if (this.#turn.delete(entry)) entry.callback();
      }
    }
  }

  /** Lets time pass, running each timer at its moment, and ends a turn after each. */
  advance(ms: number): void {
    const end = this.#now + ms;
    this.endTurn();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#now = Math.max(this.#now, next.dueAt);
      this.#scheduled.delete(next);
      next.callback();
      this.endTurn();
    }
    this.#now = end;
  }

  /** Like {@link advance}, but lets promise callbacks run between timers. */
  async advanceAsync(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#now = Math.max(this.#now, next.dueAt);
      this.#scheduled.delete(next);
      next.callback();
      await this.settle();
    }
    this.#now = end;
  }

  /** Lets pending promise callbacks and turns run, without time passing. */
  async settle(): Promise<void> {
    for (let round = 0; round < 10; round++) {
      await Promise.resolve();
      this.endTurn();
    }
  }

  /** Time passes while no timer can run, as when the loop is blocked. */
  block(ms: number): void {
    this.#now += ms;
  }

  #next(end: number): ScheduledCallback | undefined {
    let next: ScheduledCallback | undefined;
    for (const entry of this.#scheduled) {
      if (entry.dueAt > end) continue;
      if (
        next === undefined ||
        entry.dueAt < next.dueAt ||
        (entry.dueAt === next.dueAt && entry.order < next.order)
      ) {
        next = entry;
      }
    }
    return next;
  }
}
