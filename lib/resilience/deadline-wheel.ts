/**
 * Deadlines of many thousand calls at once, of which nearly all are removed again long before they
 * pass. A timer per call would cost more than the call, so all of them share one timer and a hashed
 * timing wheel: time is cut into ticks, an entry waits in the list of slot `tick mod slots`, and every
 * tick the lists of the slots that have come up are swept. An entry whose tick belongs to a later
 * revolution stays where it is. The links of the lists are fields of the entries themselves: adding
 * and removing is O(1), allocates nothing and reads no clock.
 *
 * Source: Varghese and Lauck, "Hashed and Hierarchical Timing Wheels" (SOSP 1987), scheme 6.
 */
import type { Clock, Timer } from '../common/clock.js';

/** `deadlineSlot` of an entry that waits in no wheel. */
export const NOT_WAITING = -1;

/**
 * What can have a deadline. The fields belong to the wheel; an entry only declares them, as
 * `deadlineTick = 0`, `deadlineSlot = NOT_WAITING` and two times `undefined`. It waits in at most one
 * wheel.
 */
export interface DeadlineEntry {
  deadlineTick: number;
  deadlineSlot: number;
  nextDeadline: DeadlineEntry | undefined;
  previousDeadline: DeadlineEntry | undefined;

  /**
   * The deadline has passed; the entry waits no longer, and may be added again. May add and remove
   * any entry. Should not throw: if it does, the error is left uncaught, and the others follow.
   */
  onDeadline(): void;
}

export interface DeadlineWheelSettings {
  /** How late a deadline may be noticed, in ms. Default 10. */
  readonly tickMs?: number;
  /** A power of two. Deadlines beyond `slots × tickMs` are looked at once per revolution. Default 4096: 41 s. */
  readonly slots?: number;
  /** Whether a waiting entry keeps the process alive. Default `false`. */
  readonly keepsAlive?: boolean;
}

/** The longest the timer outlives the last entry: stopping it at every idle moment would cost more. */
const MAX_SLEEP_MS = 250;
/** `#wakeTick` while no timer runs: every tick is earlier. */
const NEVER = Infinity;
/** `#wakeTick` during a sweep, which sets the timer itself at its end: no tick is earlier. */
const SWEEPING = -1;

/** One timer for many deadlines: never early, and late by less than a tick while the loop is free. */
export class DeadlineWheel {
  readonly #clock: Clock;
  readonly #tickMs: number;
  readonly #keepsAlive: boolean;
  readonly #maxSleepTicks: number;
  /** One list per slot, and a last one for what a sweep found due and has not fired yet. */
  readonly #heads: (DeadlineEntry | undefined)[];
  readonly #mask: number;
  readonly #dueSlot: number;
  readonly #origin: number;
  readonly #onTimer = (): void => this.#sweep();
  #timer: Timer | undefined;
  #wakeTick = NEVER;
  /** Every slot up to this tick has been swept; every waiting entry has a later one. */
  #sweptTick = 0;
  #size = 0;

  constructor(clock: Clock, settings: DeadlineWheelSettings = {}) {
    const { tickMs = 10, slots = 4096, keepsAlive = false } = settings;
    this.#clock = clock;
    this.#tickMs = tickMs;
    this.#keepsAlive = keepsAlive;
    this.#maxSleepTicks = Math.max(1, Math.floor(MAX_SLEEP_MS / tickMs));
    this.#heads = Array.from({ length: slots + 1 }, () => undefined);
    this.#mask = slots - 1;
    this.#dueSlot = slots;
    this.#origin = clock.now();
  }

  /** How many entries wait. */
  get size(): number {
    return this.#size;
  }

  /**
   * Lets an entry wait for its deadline; one that waits already is moved. A deadline that has passed
   * fires with the next tick, never inside this call.
   *
   * @param deadlineAt finite, in ms of the wheel's clock; up to 2^31 ms ahead, and more
   */
  add(entry: DeadlineEntry, deadlineAt: number): void {
    if (entry.deadlineSlot !== NOT_WAITING) this.remove(entry);
    let tick = Math.ceil((deadlineAt - this.#origin) / this.#tickMs);
    if (tick <= this.#sweptTick) tick = this.#sweptTick + 1;
    entry.deadlineTick = tick;
    this.#link(entry, tick & this.#mask);
    this.#size++;
    if (tick < this.#wakeTick) this.#wakeAt(tick);
  }

  /** @returns whether the entry was waiting */
  remove(entry: DeadlineEntry): boolean {
    if (entry.deadlineSlot === NOT_WAITING) return false;
    this.#unlink(entry);
    this.#size--;
    return true;
  }

  /** Forgets all entries, fires none, and stops the timer. The wheel may be used again. */
  clear(): void {
    for (let slot = 0; slot <= this.#dueSlot; slot++) {
      for (let head = this.#heads[slot]; head !== undefined; head = this.#heads[slot])
        this.#unlink(head);
    }
    this.#size = 0;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#wakeTick !== SWEEPING) this.#wakeTick = NEVER;
  }

  #link(entry: DeadlineEntry, slot: number): void {
    const head = this.#heads[slot];
    entry.deadlineSlot = slot;
    entry.nextDeadline = head;
    if (head !== undefined) head.previousDeadline = entry;
    this.#heads[slot] = entry;
  }

  #unlink(entry: DeadlineEntry): void {
    const { nextDeadline: next, previousDeadline: previous } = entry;
    if (previous === undefined) this.#heads[entry.deadlineSlot] = next;
    else previous.nextDeadline = next;
    if (next !== undefined) next.previousDeadline = previous;
    entry.nextDeadline = entry.previousDeadline = undefined;
    entry.deadlineSlot = NOT_WAITING;
  }

  #sweep(): void {
    this.#timer = undefined;
    this.#wakeTick = SWEEPING;
    const nowTick = this.#tickOf(this.#clock.now());
    if (this.#size > 0) this.#collectDue(nowTick);
    this.#sweptTick = Math.max(this.#sweptTick, nowTick);
    try {
      this.#fireDue();
    } finally {
      this.#sleep();
    }
  }

  /**
   * Moves what is due to a list of its own before anything fires, so that callbacks are free to add
   * and remove. Latest tick first, each to the head: they fire in the order in which they fell due.
   */
  #collectDue(nowTick: number): void {
    const firstTick = Math.max(this.#sweptTick + 1, nowTick - this.#mask);
    for (let tick = nowTick; tick >= firstTick; tick--) {
      let entry = this.#heads[tick & this.#mask];
      while (entry !== undefined) {
        const next: DeadlineEntry | undefined = entry.nextDeadline;
        if (entry.deadlineTick <= nowTick) {
          this.#unlink(entry);
          this.#link(entry, this.#dueSlot);
        }
        entry = next;
      }
    }
  }

  #fireDue(): void {
    for (
      let entry = this.#heads[this.#dueSlot];
      entry !== undefined;
      entry = this.#heads[this.#dueSlot]
    ) {
      this.remove(entry);
      entry.onDeadline();
    }
  }

  #sleep(): void {
    this.#wakeTick = NEVER;
    if (this.#size === 0) return;
    this.#wakeAt(
      this.#heads[this.#dueSlot] === undefined ? this.#nextOccupiedTick() : this.#sweptTick,
    );
  }

  /** The next tick whose slot is not empty, looking no further than the longest sleep. */
  #nextOccupiedTick(): number {
    const last = this.#sweptTick + this.#maxSleepTicks;
    let tick = this.#sweptTick + 1;
    while (tick < last && this.#heads[tick & this.#mask] === undefined) tick++;
    return tick;
  }

  #wakeAt(tick: number): void {
    const now = this.#clock.now();
    this.#wakeTick = Math.min(tick, this.#tickOf(now) + this.#maxSleepTicks);
    const delayMs = Math.ceil(this.#origin + this.#wakeTick * this.#tickMs - now);
    this.#timer?.cancel();
    this.#timer = this.#clock.schedule(Math.max(delayMs, 0), this.#onTimer, this.#keepsAlive);
  }

  #tickOf(time: number): number {
    return Math.floor((time - this.#origin) / this.#tickMs);
  }
}
