import { LatencyPercentile } from '../resilience/latency-percentile.js';

/** Patterns above this number share one measure: a caller may make up patterns. */
const MAX_PATTERNS = 256;

/** How long a call of each pattern is waited for before it counts as slow. */
export class HedgeDelays {
  readonly #percentile: number;
  readonly #minMs: number;
  readonly #byPattern = new Map<string, LatencyPercentile>();
  readonly #others: LatencyPercentile;

  constructor(percentile: number, minMs: number) {
    this.#percentile = percentile;
    this.#minMs = minMs;
    this.#others = new LatencyPercentile(percentile);
  }

  /** In ms; `Infinity` while too little is known of the pattern. */
  of(pattern: string): number {
    const { valueMs } = this.#byPattern.get(pattern) ?? this.#others;
    return valueMs === undefined ? Number.POSITIVE_INFINITY : Math.max(valueMs, this.#minMs);
  }

  /** A call of the pattern was answered. */
  record(pattern: string, durationMs: number): void {
    (this.#byPattern.get(pattern) ?? this.#added(pattern)).record(durationMs);
  }

  #added(pattern: string): LatencyPercentile {
    if (this.#byPattern.size >= MAX_PATTERNS) return this.#others;
    const added = new LatencyPercentile(this.#percentile);
    this.#byPattern.set(pattern, added);
    return added;
  }
}
