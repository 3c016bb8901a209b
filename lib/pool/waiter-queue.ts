import type { Clock, Timer } from '../common/clock.js';
import type { QueueEntry } from '../common/queue.js';
import { Queue } from '../common/queue.js';

/** What can wait; the queue keeps its place here. */
export interface Waiter {
  waiter: QueueEntry<unknown> | undefined;
}

interface Waiting<Item> {
  readonly item: Item;
  readonly since: number;
}

/**
 * Calls that wait for a connection, first come, first served. The queue is bounded, and so is the
 * wait: all wait equally long, so one timer for the first of them is enough.
 */
export class WaiterQueue<Item extends Waiter> {
  readonly #clock: Clock;
  readonly #maxWaiters: number;
  readonly #timeoutMs: number;
  readonly #onExpired: (item: Item) => void;
  readonly #queue = new Queue<Waiting<Item>>();
  #timer: Timer | undefined;

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

  /** How long the first has waited, in ms. */
  get longestWaitMs(): number {
    const first = this.#queue.peek();
    return first === undefined ? 0 : this.#clock.now() - first.since;
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
    this.#stopIfEmpty();
  }

  shift(): Item | undefined {
    const item = this.#queue.shift()?.item;
    if (item !== undefined) item.waiter = undefined;
    this.#stopIfEmpty();
    return item;
  }

  #schedule(delayMs: number): Timer {
    return this.#clock.schedule(delayMs, () => this.#expire(), true);
  }

  #expire(): void {
    this.#timer = undefined;
    const now = this.#clock.now();
    for (let first = this.#queue.peek(); first !== undefined; first = this.#queue.peek()) {
      const leftMs = first.since + this.#timeoutMs - now;
      if (leftMs > 0) {
        // One that is added by a callback below has started the timer already.
        this.#timer ??= this.#schedule(leftMs);
        return;
      }
      this.#queue.shift();
      first.item.waiter = undefined;
      this.#onExpired(first.item);
    }
  }

  #stopIfEmpty(): void {
    if (this.#queue.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
