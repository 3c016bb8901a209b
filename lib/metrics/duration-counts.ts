/** Upper bounds of the buckets in which durations are counted, in ms; beyond the last there is one more. */
export const DURATION_BUCKETS_MS = [
  0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000,
] as const;

/** Durations as plain data. */
export interface DurationSnapshot {
  /** Per bucket of {@link DURATION_BUCKETS_MS}, the last for everything longer. */
  readonly counts: readonly number[];
  readonly sumMs: number;
}

/** How long things took, in few buckets: for series that are kept for each of many things. */
export class DurationCounts {
  readonly #counts: number[] = Array.from({ length: DURATION_BUCKETS_MS.length + 1 }, () => 0);
  #sumMs = 0;

  /** What is no duration, because it is negative or no number, counts as zero. */
  record(duration: number): void {
    const durationMs = duration > 0 ? duration : 0;
    let bucket = 0;
    // Most are short: the first comparisons decide.
    while (bucket < DURATION_BUCKETS_MS.length && durationMs > DURATION_BUCKETS_MS[bucket]!)
      bucket++;
    this.#counts[bucket]!++;
    this.#sumMs += durationMs;
  }

  snapshot(): DurationSnapshot {
    return Object.freeze({ counts: Object.freeze([...this.#counts]), sumMs: this.#sumMs });
  }
}
