/**
 * How long things take, for quantiles. Buckets are fixed and log-linear: each power of two is cut
 * into 32 equal parts, so that every duration from a microsecond to an hour is known to 3 %, recording
 * is an increment, and histograms of several threads or processes can be added up.
 *
 * Source: HdrHistogram (Tene).
 */

const PARTS_BITS = 5;
const PARTS = 1 << PARTS_BITS;
const MAX_MICROSECONDS = 2 ** 32 - 1;
const BUCKETS = (32 - PARTS_BITS + 1) * PARTS;
const MICROSECONDS_PER_MS = 1_000;

/** Durations up to `upToMs`, and above the bucket before it. */
export interface HistogramBucket {
  readonly upToMs: number;
  readonly count: number;
}

/** A histogram as plain data. */
export interface HistogramSnapshot {
  readonly count: number;
  readonly sumMs: number;
  readonly maxMs: number;
  /** Those that are not empty, ascending. */
  readonly buckets: readonly HistogramBucket[];
}

/** Durations from 1 µs to 71 min; longer ones count as the longest. */
export class Histogram {
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #sumMs = 0;
  #maxMs = 0;

  get count(): number {
    return this.#count;
  }

  /** What is no duration, because it is negative or no number, counts as zero. */
  record(duration: number): void {
    const durationMs = duration > 0 ? duration : 0;
    const microseconds = Math.min(Math.ceil(durationMs * MICROSECONDS_PER_MS), MAX_MICROSECONDS);
    this.#counts[bucketOf(microseconds)]!++;
    this.#count++;
    this.#sumMs += durationMs;
    if (durationMs > this.#maxMs) this.#maxMs = durationMs;
  }

  /**
   * The duration that the given share of all stayed within, in ms; 0 when there are none.
   *
   * @param ratio 0 to 1: 0.99 for the 99th percentile
   */
  quantile(ratio: number): number {
    const wanted = Math.max(Math.ceil(this.#count * ratio), 1);
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket]!;
      if (seen >= wanted) return Math.min(upperBoundMs(bucket), this.#maxMs);
    }
    return 0;
  }

  snapshot(): HistogramSnapshot {
    const buckets: HistogramBucket[] = [];
    this.#counts.forEach((count, bucket) => {
      if (count > 0) buckets.push(Object.freeze({ upToMs: upperBoundMs(bucket), count }));
    });
    const { count, sumMs, maxMs } = { count: this.#count, sumMs: this.#sumMs, maxMs: this.#maxMs };
    return Object.freeze({ count, sumMs, maxMs, buckets: Object.freeze(buckets) });
  }
}

/** Below 32 µs a bucket each; above, the highest six bits say which. */
function bucketOf(microseconds: number): number {
  if (microseconds < PARTS) return microseconds;
  const shift = 31 - Math.clz32(microseconds) - PARTS_BITS;
  return (shift + 1) * PARTS + (microseconds >>> shift) - PARTS;
}

function upperBoundMs(bucket: number): number {
  if (bucket < PARTS) return bucket / MICROSECONDS_PER_MS;
  const shift = Math.floor(bucket / PARTS) - 1;
  return (((bucket % PARTS) + PARTS + 1) * 2 ** shift - 1) / MICROSECONDS_PER_MS;
}
