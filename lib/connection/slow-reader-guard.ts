import type { Clock, Timer } from '../common/clock.js';
import type { OptionsInput, ResolvedOptions } from '../common/options.js';
import { durationMs, sizeBytes } from '../common/options.js';

const MEBIBYTE = 1024 * 1024;

export const slowReaderOptionTable = {
  highWaterBytes: sizeBytes(
    { default: MEBIBYTE, min: 1024, max: 1024 * MEBIBYTE },
    'Replies waiting to be read by a peer from which on its requests are no longer read; streamed replies pause at half of it.',
  ),
  maxPendingBytes: sizeBytes(
    { default: 64 * MEBIBYTE, min: 1024, max: 4096 * MEBIBYTE },
    'Replies waiting to be read by a peer above which its connection is closed.',
  ),
  timeoutMs: durationMs(
    { default: 30_000, min: 10, max: 3_600_000 },
    'How long a peer may leave more than half of `highWaterBytes` unread before its connection is closed.',
  ),
};

export type SlowReaderOptionsInput = OptionsInput<typeof slowReaderOptionTable>;
export type SlowReaderOptions = ResolvedOptions<typeof slowReaderOptionTable>;

/** What the guard does to its connection. */
export interface SlowReaderPeer {
  pauseReading(): void;
  resumeReading(): void;
  /** @param why for the log */
  onTooSlow(why: string): void;
}

/**
 * A peer that asks but does not read its replies makes this process hold them. Streamed replies that
 * can wait do so first. When still more waits its requests are not read either, and when it does not
 * catch up, or even what it already asked for is too much, it is closed.
 */
export class SlowReaderGuard {
  readonly #options: SlowReaderOptions;
  readonly #clock: Clock;
  readonly #peer: SlowReaderPeer;
  readonly #streamWaterBytes: number;
  #timer: Timer | undefined;
  #isPaused = false;

  constructor(options: SlowReaderOptions, clock: Clock, peer: SlowReaderPeer) {
    this.#options = options;
    this.#clock = clock;
    this.#peer = peer;
    this.#streamWaterBytes = options.highWaterBytes / 2;
  }

  /**
   * Whether a streamed reply may go on, while `unreadBytes` wait. It stops before so much waits that the
   * peer is not read: or else a fast stream would keep the other requests of its connection from being read.
   */
  allowsStreams(unreadBytes: number): boolean {
    return unreadBytes <= this.#streamWaterBytes;
  }

  /** Looks at how much waits; called after everything that may have added to it. */
  check(unreadBytes: number): void {
    if (unreadBytes <= this.#streamWaterBytes) return;
    if (unreadBytes > this.#options.maxPendingBytes) {
      this.#peer.onTooSlow(`holds ${unreadBytes} bytes of replies unread`);
      return;
    }
    if (this.#timer === undefined) this.#startTimer();
    if (unreadBytes > this.#options.highWaterBytes) this.#pause();
  }

  /** The link has taken all it had; of what it was given since, `unreadBytes` wait. */
  drained(unreadBytes: number): void {
    if (this.#timer === undefined) return;
    this.stop();
    // It does read, if slowly: it may take the same time again for the rest.
    if (unreadBytes > this.#streamWaterBytes) this.#startTimer();
    if (unreadBytes <= this.#options.highWaterBytes) this.#resume();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#peer.pauseReading();
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#peer.resumeReading();
  }

  #startTimer(): void {
    const { timeoutMs } = this.#options;
    this.#timer = this.#clock.schedule(timeoutMs, () => {
      this.#timer = undefined;
      this.#peer.onTooSlow(`read none of its replies for ${timeoutMs} ms`);
    });
  }
}
