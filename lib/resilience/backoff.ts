/**
 * When to try to connect again. A service that comes back is met by everybody who lost it. Were all
 * of them to wait equally long, they would return at one moment and knock it over again; so the wait
 * doubles with every failure, and chance stretches it over a window as wide as itself.
 *
 * Source: Brooker, "Exponential Backoff and Jitter" (AWS Architecture Blog, 2015).
 */
import type { Random } from '../common/random.js';

export interface BackoffSettings {
  /** The wait after the first failure, without jitter, in ms. Default 1000. */
  readonly initialMs?: number;
  /** Where doubling stops, in ms; with jitter a wait may be twice as long. Default 64 000. */
  readonly maxMs?: number;
}

/** Waits of 1 s, 2 s, 4 s … 64 s, each lengthened by up to as much again. */
export class Backoff {
  readonly #random: Random;
  readonly #initialMs: number;
  readonly #maxMs: number;
  #backoffMs: number;

  constructor(random: Random, settings: BackoffSettings = {}) {
    const { initialMs = 1_000, maxMs = 64_000 } = settings;
    this.#random = random;
    this.#initialMs = Math.min(initialMs, maxMs);
    this.#maxMs = maxMs;
    this.#backoffMs = this.#initialMs;
  }

  /** How long to wait after one more failure, in ms. */
  next(): number {
    const backoffMs = this.#backoffMs;
    this.#backoffMs = Math.min(backoffMs * 2, this.#maxMs);
    return backoffMs + this.#random() * backoffMs;
  }

  /** A success: the next failure is the first again. */
  reset(): void {
    this.#backoffMs = this.#initialMs;
  }
}
