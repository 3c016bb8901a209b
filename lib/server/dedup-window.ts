import type { Clock, Timer } from '../common/clock.js';

export interface DedupLimits {
  /** How long a result is kept, in ms. */
  readonly windowMs: number;
  readonly maxEntries: number;
  readonly maxBytes: number;
}

interface Entry<Result> {
  readonly result: Result;
  readonly bytes: number;
  readonly expiresAt: number;
}

/**
 * The latest results by their key. Whatever limit is reached first, that of time, number or bytes, the
 * oldest go; all are kept equally long, so the oldest are those that expire next, and one timer is
 * enough.
 */
export class DedupWindow<Result> {
  /** How many results went before their time. */
  evicted = 0;
  private heldBytes = 0;
  /** Oldest first. */
  private readonly entries = new Map<string, Entry<Result>>();
  private timer: Timer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly limits: DedupLimits,
  ) {}

  get size(): number {
    return this.entries.size;
  }

  get bytes(): number {
    return this.heldBytes;
  }

  get(key: string): Result | undefined {
    const entry = this.entries.get(key);
    return entry === undefined || entry.expiresAt <= this.clock.now() ? undefined : entry.result;
  }

  /** Keeps a result from now on; one that is larger than the whole window is not kept. */
  keep(key: string, result: Result, bytes: number): void {
    this.drop(key);
    const { windowMs, maxEntries, maxBytes } = this.limits;
    if (bytes > maxBytes) {
      this.evicted++;
      return;
    }
    while (this.entries.size >= maxEntries || this.heldBytes + bytes > maxBytes) this.evictOldest();
    this.entries.set(key, { result, bytes, expiresAt: this.clock.now() + windowMs });
    this.heldBytes += bytes;
    this.timer ??= this.clock.schedule(windowMs, () => this.expire());
  }

  clear(): void {
    this.entries.clear();
    this.heldBytes = 0;
    this.timer?.cancel();
    this.timer = undefined;
  }

  private expire(): void {
    this.timer = undefined;
    const now = this.clock.now();
    for (const [key, { expiresAt }] of this.entries) {
      if (expiresAt > now) {
        this.timer = this.clock.schedule(expiresAt - now, () => this.expire());
        return;
      }
      this.drop(key);
    }
  }

  private evictOldest(): void {
    for (const key of this.entries.keys()) {
      this.drop(key);
      this.evicted++;
      return;
    }
  }

  private drop(key: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    this.entries.delete(key);
    this.heldBytes -= entry.bytes;
  }
}
