const CAPACITY = 1 << 20;

/** The latencies of a round in milliseconds: exact, in memory taken beforehand; past a million the oldest go. */
export class LatencySamples {
  readonly #samples = new Float64Array(CAPACITY);
  #added = 0;

  get count(): number {
    return this.#added;
  }

  add(latencyMs: number): void {
    this.#samples[this.#added & (CAPACITY - 1)] = latencyMs;
    this.#added += 1;
  }

  clear(): void {
    this.#added = 0;
  }

  /** The samples, ascending. */
  sorted(): Float64Array {
    return this.#samples.slice(0, Math.min(this.#added, CAPACITY)).sort();
  }
}
