import type { Clock, Timer } from '../common/clock.js';
import type { OptionsInput, ResolvedOptions } from '../common/options.js';
import { durationMs, sizeBytes } from '../common/options.js';

const MEBIBYTE = 1024 * 1024;

export const slowReaderOptionTable = {
  highWaterBytes: sizeBytes(
    { default: MEBIBYTE, min: 1024, max: 1024 * MEBIBYTE },
    'Replies waiting to be read by a peer from which on its requests are no longer read.',
  ),
  maxPendingBytes: sizeBytes(
    { default: 64 * MEBIBYTE, min: 1024, max: 4096 * MEBIBYTE },
    'Replies waiting to be read by a peer above which its connection is closed.',
  ),
  timeoutMs: durationMs(
    { default: 30_000, min: 10, max: 3_600_000 },
    'How long a peer may leave its replies unread, once it is paused, before its connection is closed.',
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
 * A peer that asks but does not read its replies makes this process hold them. Its requests are not
 * read while too much waits, and when it does not catch up, or even what it already asked for is too
 * much, it is closed.
 */
export class SlowReaderGuard {
  readonly #options: SlowReaderOptions;
  readonly #clock: Clock;
  readonly #peer: SlowReaderPeer;
  #timer: Timer | undefined;

  constructor(options: SlowReaderOptions, clock: Clock, peer: SlowReaderPeer) {
    this.#options = options;
    this.#clock = clock;
    this.#peer = peer;
  }

  /** Too much waits to be read. */
  get isBacklogged(): boolean {
    return this.#timer !== undefined;
  }

  /** Looks at how much waits; called after everything that may have added to it. */
  check(pendingBytes: number): void {
    if (pendingBytes <= this.#options.highWaterBytes) return;
    if (pendingBytes > this.#options.maxPendingBytes)
      this.#giveUp(`holds ${pendingBytes} bytes of replies unread`);
    else if (this.#timer === undefined) this.#pause();
  }

  /** The peer has read everything. */
  drained(): void {
    if (this.#timer === undefined) return;
    this.stop();
    this.#peer.resumeReading();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #pause(): void {
    const { timeoutMs } = this.#options;
    this.#timer = this.#clock.schedule(timeoutMs, () =>
      this.#giveUp(`read none of its replies for ${timeoutMs} ms`),
    );
    this.#peer.pauseReading();
  }

  #giveUp(why: string): void {
    this.#peer.onTooSlow(why);
  }
}
