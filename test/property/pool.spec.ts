import { expect, it } from 'vitest';
import { PoolWorld } from '../support/pool-world.js';

const SEEDS = 60;
const STEPS = 60;

it('a pool among failing services settles everything once, runs nothing twice, and leaves nothing behind', async () => {
  let asked = 0;
  const further = { retried: 0, hedges: 0, hedgesWon: 0 };
  for (let seed = 1; seed <= SEEDS; seed++) {
    try {
      const world = await PoolWorld.open(seed);
      for (let step = 0; step < STEPS; step++) await world.step();
      await world.finish();
      asked += world.asked.length;
      further.retried += world.furtherAttempts.retried;
      further.hedges += world.furtherAttempts.hedges;
      further.hedgesWon += world.furtherAttempts.hedgesWon;
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
  expect(asked).toBeGreaterThan(SEEDS * STEPS);
  expect(further.retried).toBeGreaterThan(SEEDS);
  expect(further.hedgesWon).toBeGreaterThan(0);
}, 60_000);
