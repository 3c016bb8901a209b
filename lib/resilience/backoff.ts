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

/**
 * How long to wait after so many failures in a row.
 *
 * @param failures from 1
 * @returns ms, from the backoff to twice as much
 */
export function backoffMs(
  random: Random,
  failures: number,
  { initialMs = 1_000, maxMs = 64_000 }: BackoffSettings = {},
): number {
  const backoff = Math.min(initialMs * 2 ** (failures - 1), maxMs);
  return backoff + random() * backoff;
}

/** Waits of 1 s, 2 s, 4 s … 64 s, each lengthened by up to as much again. */
export class Backoff {
  readonly #random: Random;
  readonly #settings: BackoffSettings;
  #failures = 0;

  constructor(random: Random, settings: BackoffSettings = {}) {
    this.#random = random;
    this.#settings = settings;
  }

  /** How long to wait after one more failure, in ms. */
  next(): number {
    return backoffMs(this.#random, ++this.#failures, this.#settings);
  }

  /** A success: the next failure is the first again. */
  reset(): void {
    this.#failures = 0;
  }
}
