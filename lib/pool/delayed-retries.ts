import type { DeadlineEntry, DeadlineWheel } from '../resilience/deadline-wheel.js';
import { NOT_WAITING } from '../resilience/deadline-wheel.js';
import type { Dispatched } from './dispatched.js';

/** Calls and events that wait before they are sent again. Bounded by what is unsettled: each waits once. */
export class DelayedRetries {
  readonly #wheel: DeadlineWheel;
  readonly #onDue: (item: Dispatched) => void;
  readonly #byItem = new Map<Dispatched, DelayedRetry>();

  /** @param onDue its time has come, and it waits no longer */
  constructor(wheel: DeadlineWheel, onDue: (item: Dispatched) => void) {
    this.#wheel = wheel;
    this.#onDue = onDue;
  }

  get size(): number {
    return this.#byItem.size;
  }

  /** Who waits now, the first to come first. */
  items(): Dispatched[] {
    return [...this.#byItem.keys()];
  }

  add(item: Dispatched, dueAt: number): void {
    const entry = new DelayedRetry(() => {
      this.#byItem.delete(item);
      this.#onDue(item);
    });
    this.#byItem.set(item, entry);
    this.#wheel.add(entry, dueAt);
  }

  /** It was settled, whether it waited or not. */
  remove(item: Dispatched): void {
    const entry = this.#byItem.get(item);
    if (entry === undefined) return;
    this.#byItem.delete(item);
    this.#wheel.remove(entry);
  }
}

class DelayedRetry implements DeadlineEntry {
  deadlineTick = 0;
  deadlineSlot = NOT_WAITING;
  nextDeadline: DeadlineEntry | undefined = undefined;
  previousDeadline: DeadlineEntry | undefined = undefined;
  readonly onDeadline: () => void;

  constructor(onDeadline: () => void) {
    this.onDeadline = onDeadline;
  }
}
