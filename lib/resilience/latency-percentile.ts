/**
 * A percentile of how long things take, of the last few thousand, in bounded memory. Durations are
 * counted in buckets whose bounds grow by a factor, so that the answer is exact to that factor at any
 * scale; when enough are counted all counts are halved, and what is older weighs less and less.
 */

/** The upper bound of the first bucket, in ms. */
const FIRST_MS = 0.125;
/** Buckets to each doubling: the answer is at most 9 % too high. */
const PER_DOUBLING = 8;
/** Up to 65 s; what takes longer counts as that. */
const BUCKETS = 19 * PER_DOUBLING + 1;
/** From fewer no percentile is taken. */
const MIN_SAMPLES = 20;
const HALVE_AT = 4_096;
/** How often the answer is worked out anew, in samples. */
const REFRESH_EVERY = 32;

export class LatencyPercentile {
  readonly #percentile: number;
  readonly #counts = new Uint32Array(BUCKETS);
  #total = 0;
  #unseen = 0;
  #valueMs: number | undefined;

  /** @param percentile from 0 to 1 */
  constructor(percentile: number) {
    this.#percentile = percentile;
  }

  /** How long all but the slowest take, in ms; `undefined` while too little is known. */
  get valueMs(): number | undefined {
    if (this.#unseen >= REFRESH_EVERY || this.#valueMs === undefined) this.#refresh();
    return this.#valueMs;
  }

  record(durationMs: number): void {
    this.#counts[bucketOf(durationMs)]!++;
    this.#unseen++;
    if (++this.#total >= HALVE_AT) this.#halve();
  }

  #refresh(): void {
    this.#unseen = 0;
    if (this.#total < MIN_SAMPLES) return;
    const rank = Math.ceil(this.#total * this.#percentile);
    let counted = 0;
    let bucket = -1;
    while (counted < rank && bucket < BUCKETS - 1) counted += this.#counts[++bucket]!;
    this.#valueMs = FIRST_MS * 2 ** (bucket / PER_DOUBLING);
  }

  #halve(): void {
    this.#total = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      this.#counts[bucket]! >>>= 1;
      this.#total += this.#counts[bucket]!;
    }
  }
}

function bucketOf(durationMs: number): number {
  if (!(durationMs > FIRST_MS)) return 0;
  return Math.min(Math.ceil(Math.log2(durationMs / FIRST_MS) * PER_DOUBLING), BUCKETS - 1);
}
