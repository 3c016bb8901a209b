import { expect, it } from 'vitest';
import { ExclusiveWorld } from '../support/exclusive-world.js';

const SEEDS = 60;
const STEPS = 80;

it('an exclusive pool among failing services never gives a link to two, serves in order, and leaves nothing behind', async () => {
  let granted = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    try {
      const world = new ExclusiveWorld(seed);
      for (let step = 0; step < STEPS; step++) await world.step();
      await world.finish();
      granted += world.granted;
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
  expect(granted).toBeGreaterThan(SEEDS * 10);
}, 60_000);
