/** Uniform numbers in `[0, 1)`. A constructor argument wherever chance decides, so that tests can seed it. */
export type Random = () => number;

export const systemRandom: Random = () => Math.random();

/**
 * A repeatable source for tests and simulations (mulberry32).
 *
 * @param seed any 32-bit integer; equal seeds give equal sequences
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An integer in `[0, bound)`. */
export function randomInteger(random: Random, bound: number): number {
  return Math.floor(random() * bound);
}
