import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { inFull, isFull } from './support/chaos-settings.js';
import { Cluster } from './support/cluster.js';
import { PacedLoad } from './support/paced-load.js';
import { measure } from './support/scorecard.js';

const WORK_MS = 5;
const RATE = inFull(800, 400);
const LONG_MS = inFull(6_000, 2_500);

// At short length it says nothing that test/simulation does not.
it.runIf(isFull)('even instances get even shares', async () => {
  const cluster = await Cluster.start(4);
  const client = await cluster.client({});
  const load = new PacedLoad(client, { perSecond: RATE, ms: WORK_MS }).start();
  await sleep(LONG_MS);
  const history = await load.stop();

  const counts = [...history.byProcess().values()];
  const trial = {
    promise: 'even instances stay within 1.2 of each other',
    scenario: `four even instances, ${RATE} calls/s: the most of one to the least of one`,
  };
  expect(counts).toHaveLength(4);
  measure(trial, Math.max(...counts) / Math.min(...counts), { atMost: 1.2, loose: 1.5 });
  history.expectSound(cluster.executions());
  expect(history.failed.counts).toEqual({});
});

it('a slow instance gets few calls', async () => {
  const cluster = await Cluster.start(4);
  const client = await cluster.client();
  await cluster.setMood(1, { slowMs: 9 * WORK_MS });
  const load = new PacedLoad(client, { perSecond: RATE, ms: WORK_MS }).start();
  await sleep(LONG_MS);
  const history = await load.stop();

  const share = history.percentOf(cluster.instances[1]!.pid);
  const trial = {
    promise: 'one of four instances 10 times slower gets under 10 % of the calls',
    scenario: `four instances at ${RATE} calls/s, one takes ${10 * WORK_MS} ms instead of ${WORK_MS} ms: its share`,
  };
  measure(trial, share, { atMost: 10, unit: ' %', loose: 18 });
  history.expectSound(cluster.executions());
  expect(history.failed.counts).toEqual({});
});
