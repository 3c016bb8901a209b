import type { Clock, Timer } from '../common/clock.js';
import type { QueueEntry } from '../common/queue.js';
import { Queue } from '../common/queue.js';

/** What can wait; the queue keeps its place here. */
export interface Waiter {
  /** `undefined` while it does not wait. */
  waiter: QueueEntry<unknown> | undefined;
}

interface Waiting<Item> {
  readonly item: Item;
  readonly since: number;
}

/**
 * What waits for a connection, first come, first served. The queue is bounded, and so is the wait: all
 * wait equally long, so one timer for the first of them is enough.
 */
export class WaiterQueue<Item extends Waiter> {
  readonly #clock: Clock;
  readonly #maxWaiters: number;
  readonly #timeoutMs: number;
  readonly #onExpired: (item: Item) => void;
  readonly #queue = new Queue<Waiting<Item>>();
  #timer: Timer | undefined;

  /** @param onExpired waited for `timeoutMs`, and is out of the queue */
  constructor(
    clock: Clock,
    limits: { readonly maxWaiters: number; readonly timeoutMs: number },
    onExpired: (item: Item) => void,
  ) {
    this.#clock = clock;
    this.#maxWaiters = limits.maxWaiters;
    this.#timeoutMs = limits.timeoutMs;
    this.#onExpired = onExpired;
  }

  get size(): number {
    return this.#queue.size;
  }

  get first(): Item | undefined {
    return this.#queue.peek()?.item;
  }

  /** Who waits now, the first first. */
  items(): Item[] {
    return [...this.#queue].map((waiting) => waiting.item);
  }

  /** @returns whether there was room */
  add(item: Item): boolean {
    if (this.#queue.size >= this.#maxWaiters) return false;
    item.waiter = this.#queue.push({ item, since: this.#clock.now() });
    this.#timer ??= this.#schedule(this.#timeoutMs);
    return true;
  }

  remove(item: Item): void {
    if (item.waiter === undefined) return;
    this.#queue.remove(item.waiter as QueueEntry<Waiting<Item>>);
    item.waiter = undefined;
    if (this.#queue.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #schedule(delayMs: number): Timer {
    return this.#clock.schedule(delayMs, () => this.#expire(), true);
  }

  #expire(): void {
    const now = this.#clock.now();
    for (let first = this.#queue.peek(); first !== undefined; first = this.#queue.peek()) {
      const leftMs = first.since + this.#timeoutMs - now;
      if (leftMs > 0) {
        // One that joined in a callback below may have started the timer, for itself.
        this.#timer?.cancel();
        this.#timer = this.#schedule(leftMs);
        return;
      }
      this.remove(first.item);
      this.#onExpired(first.item);
    }
  }
}
