import { setTimeout as sleep } from 'node:timers/promises';
import { it } from 'vitest';
import { inFull } from './support/chaos-settings.js';
import { Cluster } from './support/cluster.js';
import { PacedLoad } from './support/paced-load.js';
import { measure } from './support/scorecard.js';

const WORK_MS = 5;
const RATE = inFull(800, 400);
const LONG_MS = inFull(6_000, 2_000);

it('an instance that fails everything is taken out', async () => {
  const cluster = await Cluster.start(4);
  const client = await cluster.client();
  let ejectedAt = Infinity;
  const stop = client.pool.on('ejected', () => {
    ejectedAt = Math.min(ejectedAt, performance.now());
  });
  const load = new PacedLoad(client, { perSecond: RATE, ms: WORK_MS }).start();
  await sleep(LONG_MS / 2);
  await cluster.setMood(2, { isFailing: true });
  const failingSince = performance.now();
  await sleep(LONG_MS);
  const history = await load.stop();
  stop();

  const promise =
    'one of four that fails everything is ejected within 1 s, error share of callers under 1 %';
  const scenario = `four instances at ${RATE} calls/s, one begins to fail everything`;
  measure({ promise, scenario: `${scenario}: until it is ejected` }, ejectedAt - failingSince, {
    atMost: 1_000,
    unit: ' ms',
    loose: 2_500,
  });
  const after = history.between(failingSince, Infinity);
  measure({ promise, scenario: `${scenario}: failed calls since then` }, after.errorPercent, {
    atMost: 1,
    unit: ' %',
    loose: 5,
  });
  history.expectSound(cluster.executions());
});
