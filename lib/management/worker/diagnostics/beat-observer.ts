import { BEAT_INTERVAL_MS, SharedCell } from '../../management.contract.js';
import type { SharedTime } from '../worker-clock.js';

/** Times in nanoseconds, of the clock that all threads share. */
export interface BeatReading {
  /** Of the last beat; 0 before the first. */
  readonly beatAt: bigint;
  readonly now: bigint;
  /** Of the time since, how long the observer itself stood still: then nobody can tell whether the loop did. */
  readonly unobserved: bigint;
}

/** A loop that was silent for longer than this many beats is busy at least. */
const MISSED_BEATS = 10;
const NANOS_PER_MS = 1_000_000;
/** An observer that looks less often than this stood still: the machine was suspended, or had no processor for it. */
const MAX_GAP_NANOS = 250_000_000n;

/** For how long the loop has not beaten, in ms; `undefined` before its first beat. */
export function silentForMs({ beatAt, now, unobserved }: BeatReading): number | undefined {
  if (beatAt === 0n) return undefined;
  return Math.max(Number(now - beatAt - unobserved) / NANOS_PER_MS, 0);
}

/** The moment since when the loop is stuck, of the shared clock; `undefined` when it is not. */
export function stuckSince(reading: BeatReading, thresholdMs: number): bigint | undefined {
  const silentMs = silentForMs(reading);
  return silentMs !== undefined && silentMs > thresholdMs ? reading.beatAt : undefined;
}

/** Of a gap between two looks, what the observer cannot vouch for. */
export function unobservedNanos(lookedAt: bigint, now: bigint): bigint {
  const gap = now - lookedAt;
  return gap > MAX_GAP_NANOS ? gap - MAX_GAP_NANOS : 0n;
}

/**
 * Watches the heartbeat of the service's loop in the shared memory. A process that was stopped as a
 * whole (suspended, throttled, in a debugger of processes) finds an old beat when it goes on, without
 * its loop being stuck; so time in which the observer did not run either does not count.
 */
export class BeatObserver {
  private beatAt = 0n;
  private lookedAt: bigint;
  private unobserved = 0n;

  constructor(
    private readonly cells: BigInt64Array,
    private readonly sharedTime: SharedTime,
  ) {
    this.lookedAt = sharedTime();
  }

  /** To be called several times a second. */
  look(): BeatReading {
    const reading = this.reading();
    this.beatAt = reading.beatAt;
    this.lookedAt = reading.now;
    this.unobserved = reading.unobserved;
    return reading;
  }

  /** As of now, between two looks. */
  reading(): BeatReading {
    const beatAt = Atomics.load(this.cells, SharedCell.BeatAt);
    const now = this.sharedTime();
    if (beatAt !== this.beatAt) return { beatAt, now, unobserved: 0n };
    const unobserved = this.unobserved + unobservedNanos(this.lookedAt, now);
    return { beatAt, now, unobserved };
  }

  /** For how long the loop has not beaten, in ms; `undefined` before its first beat. */
  get silentMs(): number | undefined {
    return silentForMs(this.reading());
  }
  /** Whether the loop turns as it should. */
  get isBeating(): boolean {
    const { silentMs } = this;
    return silentMs !== undefined && silentMs < MISSED_BEATS * BEAT_INTERVAL_MS;
  }
}
