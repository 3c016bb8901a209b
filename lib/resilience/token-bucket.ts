/**
 * A token bucket lets through so many per second on average, and as many at once as it holds. It takes no
 * timer: tokens are counted up when one is asked for.
 */
export interface BucketRate {
  /** Tokens that come in each second. */
  readonly perSecond: number;
  /** Tokens that there are at most, and at first. */
  readonly burst: number;
}

export class TokenBucket {
  readonly #rate: BucketRate;
  #tokens: number;
  #countedAt: number;

  constructor(rate: BucketRate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#countedAt = now;
  }

  /** @returns 0 when a token was taken; otherwise how long it takes until there is one, in ms */
  take(now: number): number {
    this.#count(now);
    if (this.#tokens >= 1) {
      this.#tokens--;
      return 0;
    }
    return Math.ceil(((1 - this.#tokens) / this.#rate.perSecond) * 1_000);
  }

  /** Whether it is as it was at first, so that nothing is lost when it is forgotten. */
  isFull(now: number): boolean {
    this.#count(now);
    return this.#tokens >= this.#rate.burst;
  }

  #count(now: number): void {
    const passedMs = now - this.#countedAt;
    if (passedMs <= 0) return;
    this.#countedAt = now;
    const tokens = this.#tokens + (passedMs * this.#rate.perSecond) / 1_000;
    this.#tokens = Math.min(tokens, this.#rate.burst);
  }
}

/** How often the buckets that are full are looked for, in ms at least. */
const SWEEP_MS = 1_000;

/**
 * A bucket for each of many. Their number is bounded: first those go that are full, then the oldest, which
 * begin anew with a full one when they come back.
 */
export class TokenBuckets {
  readonly #rate: BucketRate;
  readonly #maxBuckets: number;
  readonly #buckets = new Map<string, TokenBucket>();
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(rate: BucketRate, maxBuckets: number) {
    this.#rate = rate;
    this.#maxBuckets = maxBuckets;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** @returns as {@link TokenBucket.take} */
  take(key: string, now: number): number {
    return (this.#buckets.get(key) ?? this.#add(key, now)).take(now);
  }

  #add(key: string, now: number): TokenBucket {
    if (this.#buckets.size >= this.#maxBuckets) this.#makeRoom(now);
    const bucket = new TokenBucket(this.#rate, now);
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #makeRoom(now: number): void {
    if (now - this.#sweptAt >= SWEEP_MS) {
      this.#sweptAt = now;
      for (const [key, bucket] of this.#buckets) if (bucket.isFull(now)) this.#buckets.delete(key);
    }
    if (this.#buckets.size < this.#maxBuckets) return;
    for (const oldest of this.#buckets.keys()) {
      this.#buckets.delete(oldest);
      return;
    }
  }
}
