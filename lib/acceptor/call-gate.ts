/**
 * Lets so many requests run at once; a few more wait for a short time for their turn, and the rest is refused.
 *
 * A queue is there for what comes by chance close together. Under overload it helps nobody: it is always full,
 * and everybody has waited for as long as it allows. So the queue follows the rules that Facebook found for that
 * (Maurer, "Fail at Scale", ACM Queue 2015). A queue that has not been empty for as long as anybody may wait is
 * a standing one, and then
 *
 * - who comes may wait for a part of the time only (controlled delay): it is refused quickly, and asks elsewhere;
 * - the newest goes first (adaptive LIFO): those served have waited least, and their callers are still there;
 * - when it is full, the oldest makes room.
 */
import { AsyncResource } from 'node:async_hooks';
import type { Clock, Timer } from '../common/clock.js';
import { Queue } from '../common/queue.js';
import type { IncomingStream, StreamGate, WaitingStream } from '../connection/incoming-stream.js';
import { TurnPace } from '../resilience/turn-pace.js';

export interface GateLimits {
  /** How many may run at once. */
  readonly maxInFlight: number;
  /** How many may wait for their turn. */
  readonly maxQueued: number;
  /** How long each of them may wait. */
  readonly maxQueueMs: number;
  /** How long while the queue stands. */
  readonly standingQueueMs: number;
  /** How long a turn of the loop may take in which requests are started; 0 for any time. */
  readonly turnMs: number;
}

/** What is done with those that do not get in; has to end the stream. */
export type GateRefusal = (stream: IncomingStream, why: string) => void;

/** By how much the time to wait is cut while the queue stands, unless it is said otherwise. */
const STANDING_SHARE = 20;

type Start = (stream: IncomingStream) => void;

/** How often within the shortest time to wait those are looked for that have waited for too long. */
const LOOKS_PER_WAIT = 2;

interface Waiting extends WaitingStream {
  readonly start: Start;
}

export class CallGate implements StreamGate {
  readonly #limits: GateLimits;
  readonly #clock: Clock;
  readonly #refuse: GateRefusal;
  readonly #queue = new Queue<Waiting>();
  /** What waits is started in the context in which this was made, not in that of whoever made room. */
  readonly #context = new AsyncResource('SOCKETPOOLGATE', { requireManualDestroy: true });
  readonly #pace: TurnPace | undefined;
  #inFlight = 0;
  #occupiedSince = 0;
  #sweep: Timer | undefined;
  #isServing = false;

  constructor(limits: GateLimits, clock: Clock, refuse: GateRefusal) {
    this.#limits = limits;
    this.#clock = clock;
    this.#refuse = refuse;
    if (limits.turnMs > 0) this.#pace = new TurnPace(limits.turnMs, clock, () => this.#serve());
  }

  /** Those that run. */
  get running(): number {
    return this.#inFlight - this.#queue.size;
  }

  /** Those that wait. */
  get queued(): number {
    return this.#queue.size;
  }

  /** For how long the first has waited, in ms. */
  get queueAgeMs(): number {
    const first = this.#queue.peek();
    return first === undefined ? 0 : this.#clock.now() - first.since;
  }

  /** A stream has come. Its end has to be told with `ended`, whatever becomes of it. */
  arrived(): void {
    this.#inFlight++;
  }

  /** Starts a stream that has arrived: now, later or never. */
  enter(stream: IncomingStream, start: Start): void {
    const hasRoom = this.#pace === undefined || this.#pace.hasRoom;
    if (this.running > this.#limits.maxInFlight || !hasRoom) this.#wait(stream, start);
    else {
      this.#pace?.started();
      start(stream);
    }
  }

  ended(stream: IncomingStream): void {
    this.#inFlight--;
    if (stream.place !== undefined) {
      this.#queue.remove(stream.place as never);
      stream.place = undefined;
    }
    if (this.#queue.size > 0) this.#serve();
  }

  /** Nothing more is refused by the clock. */
  close(): void {
    this.#sweep?.cancel();
    this.#sweep = undefined;
  }

  #wait(stream: IncomingStream, start: Start): void {
    const { maxQueued, maxQueueMs, standingQueueMs } = this.#limits;
    const now = this.#clock.now();
    if (this.#queue.size === 0) this.#occupiedSince = now;
    const isStanding = now - this.#occupiedSince >= maxQueueMs;
    if (this.#queue.size >= maxQueued) {
      const loser = isStanding && maxQueued > 0 ? this.#queue.peek()!.stream : stream;
      this.#refuse(loser, `${this.#queue.size} requests wait already`);
      if (loser === stream || !stream.isOpen) return;
    }
    const expiresAt = now + (isStanding ? standingQueueMs : maxQueueMs);
    if (stream.begunAt === 0) stream.begunAt = now;
    stream.place = this.#queue.push({ stream, start, since: now, expiresAt });
    this.#scheduleSweep();
  }

  /** A stream that is answered at once makes room at once; served in a loop, that cannot grow the stack. */
  #serve(): void {
    if (this.#isServing) return;
    this.#isServing = true;
    const { maxInFlight, maxQueueMs } = this.#limits;
    while (this.#queue.size > 0 && this.running < maxInFlight && this.#pace?.hasRoom !== false) {
      const now = this.#clock.now();
      const isStanding = now - this.#occupiedSince >= maxQueueMs;
      const next = (isStanding ? this.#queue.pop() : this.#queue.shift())!;
      next.stream.place = undefined;
      if (now >= next.expiresAt) this.#refuseLate(next, now);
      else {
        this.#pace?.started();
        this.#context.runInAsyncScope(next.start, undefined, next.stream);
      }
    }
    this.#isServing = false;
  }

  #scheduleSweep(): void {
    const everyMs = this.#limits.standingQueueMs / LOOKS_PER_WAIT;
    this.#sweep ??= this.#clock.schedule(everyMs, () => this.#refuseOld());
  }

  #refuseOld(): void {
    this.#sweep = undefined;
    const now = this.#clock.now();
    for (const waiting of this.#queue) if (now >= waiting.expiresAt) this.#refuseLate(waiting, now);
    if (this.#queue.size > 0) this.#scheduleSweep();
  }

  #refuseLate({ stream, since }: Waiting, now: number): void {
    this.#refuse(stream, `it has waited for its turn for ${Math.round(now - since)} ms`);
  }
}

/** Of a gate without a pace. */
export function standingQueueMsOf(maxQueueMs: number): number {
  return maxQueueMs / STANDING_SHARE;
}
