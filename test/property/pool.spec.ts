import { expect, it } from 'vitest';
import { PoolWorld } from '../support/pool-world.js';

const SEEDS = 60;
const STEPS = 60;

it('a pool among failing services settles everything once, runs nothing twice, and leaves nothing behind', async () => {
  let asked = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    try {
      const world = await PoolWorld.open(seed);
      for (let step = 0; step < STEPS; step++) await world.step();
      await world.finish();
      asked += world.asked.length;
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
  expect(asked).toBeGreaterThan(SEEDS * STEPS);
}, 60_000);
