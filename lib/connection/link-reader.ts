import type { Clock, Timer } from '../common/clock.js';
import type { Link } from '../link/link.js';
import type { FrameDecoder, FrameSink } from '../protocol/dialect.js';
import type { Frame } from '../protocol/frame.js';
import { MessageGuard } from './message-guard.js';

/** How long a decoder is left alone that waits for an asynchronous deserializer, in ms. */
const STUCK_PAUSE_MS = 1;

/** What may be held of a peer that is not read, of what was taken in only to see whether it is there. */
const MAX_HELD_BYTES = 256 * 1024;
/** And of that at a time: enough for the pongs of a peer that has nothing else to say. */
const MAX_GLIMPSE_BYTES = 16 * 1024;

/** Who wants a link not to be read. It is read again when nobody does. */
export const PauseReason = {
  /** The peer does not read its replies. */
  SlowReader: 1,
  /** The peer sends events faster than they are handled. */
  Events: 2,
} as const;

export type PauseReason = (typeof PauseReason)[keyof typeof PauseReason];

export interface LinkReaderOptions {
  readonly clock: Clock;
  /** The longest time from the first byte of a message to its last, in ms. */
  readonly messageTimeoutMs: number;
}

export interface LinkReaderHandler {
  onFrame(frame: Frame): void;
  /** All frames of a chunk were handed over, or the budget of the turn is used up. */
  onRead(): void;
  /** The bytes cannot be read. */
  onUnreadable(error: unknown): void;
  /** A message was begun and not finished in time. */
  onLate(): void;
}

interface HeldChunk {
  readonly bytes: Buffer;
  readonly receivedAt: number;
}

/**
 * The receiving side of a connection: turns what a link delivers into frames, no faster than it is
 * wanted. What is not decoded now is decoded in a later turn and in order; until then the link is
 * paused, so that the kernel holds the peer back and at most a few chunks lie here.
 */
export class LinkReader {
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #handler: LinkReaderHandler;
  readonly #decoder: FrameDecoder;
  readonly #guard: MessageGuard;
  #held: HeldChunk[] = [];
  #nextTimer: Timer | undefined;
  #pauses = 0;
  #isGlimpsing = false;
  #glimpsedBytes = 0;
  /** The decoder has not used up the last chunk. */
  #isUnfinished = false;
  #receivedAt = 0;
  #readAt = 0;
  #isClosed = false;

  constructor(
    link: Link,
    makeDecoder: (sink: FrameSink) => FrameDecoder,
    options: LinkReaderOptions,
    handler: LinkReaderHandler,
  ) {
    this.#link = link;
    this.#clock = options.clock;
    this.#handler = handler;
    this.#decoder = makeDecoder((frame) => this.#onFrame(frame));
    this.#guard = new MessageGuard(options.messageTimeoutMs, options.clock, {
      isHeldUp: () => this.#pauses !== 0 || this.#isUnfinished,
      onLate: () => handler.onLate(),
    });
  }

  /** Bytes of a message that has begun to arrive. */
  get bufferedBytes(): number {
    return this.#decoder.bufferedBytes;
  }

  get isPaused(): boolean {
    return this.#pauses !== 0;
  }

  /** Nothing is taken in, so that silence says nothing about the peer. */
  get isDeaf(): boolean {
    return this.#pauses !== 0 && !this.#isGlimpsing;
  }

  /** When the bytes arrived that are being read. */
  get receivedAt(): number {
    return this.#receivedAt;
  }

  /** Since when they are being read: later than `receivedAt` when they had to wait. */
  get readAt(): number {
    return this.#readAt;
  }

  /** What arrives while earlier bytes are still being worked on, or reading is paused, waits its turn. */
  take(bytes: Buffer): void {
    if (this.#isClosed) return;
    const receivedAt = this.#clock.now();
    if (this.#nextTimer !== undefined || this.#pauses !== 0) {
      this.#held.push({ bytes, receivedAt });
      this.#glimpsedBytes += bytes.length;
      if (this.#isGlimpsing && this.#glimpsedBytes > MAX_GLIMPSE_BYTES) this.#stopGlimpsing();
      return;
    }
    this.#receivedAt = this.#readAt = receivedAt;
    this.#read(bytes);
  }

  pause(reason: PauseReason): void {
    if (this.#isClosed) return;
    this.#pauses |= reason;
    this.#isGlimpsing = false;
    this.#link.pause();
  }

  /**
   * While reading is paused: takes in a little more, to be read later. A link that is not read tells
   * nothing of a peer that has vanished without a word.
   */
  glimpse(): void {
    if (this.#isClosed || this.#pauses === 0) return;
    this.#glimpsedBytes = 0;
    const heldBytes = this.#held.reduce((sum, { bytes }) => sum + bytes.length, 0);
    this.#isGlimpsing = heldBytes < MAX_HELD_BYTES;
    if (this.#isGlimpsing) this.#link.resume();
    else this.#link.pause();
  }

  /** Reading goes on at the end of the turn: the caller may itself be handling a frame. */
  resume(reason: PauseReason): void {
    if (this.#isClosed || (this.#pauses & reason) === 0) return;
    this.#pauses &= ~reason;
    if (this.#pauses !== 0) return;
    this.#isGlimpsing = false;
    this.#readLater(false);
  }

  /** Forgets what waits; no frame is handed over any more, not even those of the chunk that is being read. */
  close(): void {
    this.#isClosed = true;
    this.#guard.stop();
    this.#nextTimer?.cancel();
    this.#nextTimer = undefined;
    this.#decoder.close();
    this.#held = [];
  }

  #stopGlimpsing(): void {
    this.#isGlimpsing = false;
    this.#link.pause();
  }

  #onFrame(frame: Frame): void {
    if (this.#isClosed) return;
    this.#guard.completed();
    this.#handler.onFrame(frame);
  }

  #read(chunk: Buffer | undefined): void {
    const framesBefore = this.#guard.count;
    try {
      const isDone = chunk === undefined ? this.#decoder.resume() : this.#decoder.read(chunk);
      if (this.#isClosed) return;
      this.#isUnfinished = !isDone;
      this.#guard.readTo(this.#decoder.bufferedBytes > 0);
      this.#handler.onRead();
      if (!isDone) this.#readLater(this.#guard.count === framesBefore);
    } catch (error) {
      if (!this.#isClosed) this.#handler.onUnreadable(error);
    }
  }

  /**
   * The budget of this turn is used up: other connections get their turn.
   *
   * @param isStuck nothing came of the last attempt, so the next one waits a little
   */
  #readLater(isStuck: boolean): void {
    if (this.#isClosed || this.#nextTimer !== undefined) return;
    this.#link.pause();
    const goOn = (): void => this.#goOn();
    this.#nextTimer = isStuck
      ? this.#clock.schedule(STUCK_PAUSE_MS, goOn)
      : this.#clock.afterTurn(goOn);
  }

  #goOn(): void {
    this.#nextTimer = undefined;
    if (this.#pauses !== 0) return;
    if (this.#isUnfinished) {
      this.#readAt = this.#clock.now();
      this.#read(undefined);
    }
    this.#readHeld();
  }

  #readHeld(): void {
    while (!this.#isClosed && this.#pauses === 0 && this.#nextTimer === undefined) {
      const held = this.#held.shift();
      if (held === undefined) {
        this.#link.resume();
        return;
      }
      this.#receivedAt = held.receivedAt;
      this.#readAt = this.#clock.now();
      this.#read(held.bytes);
    }
  }
}
