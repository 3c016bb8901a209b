import type { Clock, Timer } from '../common/clock.js';

/** How often within its time limit a started message is looked at. */
const LOOKS_PER_LIMIT = 4;

/** What a guard needs to know of the reading it guards. */
export interface MessageGuardPeer {
  /** This end is not reading, so that the peer cannot go on with its message. */
  isHeldUp(): boolean;
  onLate(): void;
}

/**
 * Limits how long a message may take from its first byte to its last, however steadily the bytes drip
 * in: a limit that is renewed by every byte would let a peer hold memory for ever.
 *
 * A busy connection nearly always has a partial message between two reads, so time is not taken for
 * each one: the guard looks in four times per limit, and what matters is that no message was completed
 * meanwhile. A message is therefore cut between 1 and 1.25 limits after it began. Time in which this
 * end did not read is not held against the peer.
 */
export class MessageGuard {
  readonly #limitMs: number;
  readonly #clock: Clock;
  readonly #peer: MessageGuardPeer;
  #timer: Timer | undefined;
  #completed = 0;
  #seenCompleted = 0;
  #looks = 0;
  #hasPartial = false;

  constructor(limitMs: number, clock: Clock, peer: MessageGuardPeer) {
    this.#limitMs = limitMs;
    this.#clock = clock;
    this.#peer = peer;
  }

  /** How many messages were completed. */
  get count(): number {
    return this.#completed;
  }

  /** A message was completed. */
  completed(): void {
    this.#completed++;
  }

  /** Reading stopped within a message, or between two. */
  readTo(hasPartial: boolean): void {
    this.#hasPartial = hasPartial;
    if (hasPartial && this.#timer === undefined) this.#watch();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#hasPartial = false;
  }

  #watch(): void {
    this.#looks = 0;
    this.#seenCompleted = this.#completed;
    this.#schedule();
  }

  #schedule(): void {
    this.#timer = this.#clock.schedule(this.#limitMs / LOOKS_PER_LIMIT, () => this.#look());
  }

  #look(): void {
    this.#timer = undefined;
    if (!this.#hasPartial) return;
    if (this.#seenCompleted !== this.#completed || this.#peer.isHeldUp()) this.#watch();
    else if (++this.#looks < LOOKS_PER_LIMIT) this.#schedule();
    // Timers run before sockets are read: after a stall of this process the rest may just lie there.
    else this.#timer = this.#clock.afterTurn(() => this.#conclude());
  }

  #conclude(): void {
    this.#timer = undefined;
    if (!this.#hasPartial) return;
    if (this.#seenCompleted !== this.#completed || this.#peer.isHeldUp()) this.#watch();
    else this.#peer.onLate();
  }
}
