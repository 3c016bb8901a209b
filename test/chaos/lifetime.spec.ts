import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { inFull } from './support/chaos-settings.js';
import { Cluster } from './support/cluster.js';
import { PacedLoad } from './support/paced-load.js';
import { measure } from './support/scorecard.js';

const LIFETIME_MS = inFull(5_000, 1_000);
const RATE = inFull(1_000, 400);
const FAIR_PERCENT = 100 / 3;

it('connections that expire fail no call, and a restarted instance gets its share', async () => {
  const cluster = await Cluster.start(3);
  const pool = { lifetimeMs: LIFETIME_MS, lifetimeJitterRatio: 0.2 };
  const client = await cluster.client({ pool });
  const load = new PacedLoad(client, { perSecond: RATE, ms: 2 }).start();
  await sleep(LIFETIME_MS / 2);
  const { pid } = await cluster.restart(1);
  const restartedAt = performance.now();
  await sleep(2 * LIFETIME_MS);
  const history = await load.stop();
  const { retired } = retirements(client.pool.snapshot().closes.active);

  const promise =
    'connection lifetime of 5 s with jitter under load: no error, fair share of a restarted instance within 1.5 lifetimes';
  const scenario = `three instances at ${RATE} calls/s, lifetime ${LIFETIME_MS} ms, one restarted`;
  measure({ promise, scenario: `${scenario}: failed of ${history.size}` }, history.failed.size, {
    atMost: 0,
    unit: ' calls',
    loose: 0,
  });
  const later = history.between(restartedAt + 1.5 * LIFETIME_MS, Infinity);
  const share = (100 * later.percentOf(pid)) / FAIR_PERCENT;
  measure({ promise, scenario: `${scenario}: its share of a third after 1.5 lifetimes` }, share, {
    atLeast: 80,
    unit: ' %',
    loose: 60,
  });
  expect(retired, 'connections that were replaced').toBeGreaterThan(0);
  history.expectSound(cluster.executions());
});

/** How many connections were retired, whatever the cause is called. */
function retirements(active: Readonly<Record<string, number>>): { retired: number } {
  return { retired: active.lifetime ?? 0 };
}
