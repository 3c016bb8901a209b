import { setTimeout as sleep } from 'node:timers/promises';
import { it } from 'vitest';
import { inFull } from './support/chaos-settings.js';
import { Cluster } from './support/cluster.js';
import { PacedLoad } from './support/paced-load.js';
import { measure } from './support/scorecard.js';

it('a process whose loop is blocked for less than its callers wait is not given up', async () => {
  const blockMs = inFull(3_000, 1_500);
  const interval = { intervalMs: 200, misses: 2 };
  const cluster = await Cluster.start(3, { isManaged: true });
  const client = await cluster.client({ heartbeat: interval, deadlineMs: 20_000 });
  const load = new PacedLoad(client, { perSecond: inFull(600, 300), ms: 2 }).start();
  await sleep(1_000);
  const { pid } = cluster.instances[1]!;
  await cluster.instances[1]!.ask('block', blockMs);
  const blockedAt = performance.now();
  await sleep(blockMs);
  const history = await load.stop();
  const { active, passive } = client.pool.snapshot().closes;
  const closes = active.heartbeat + passive.reset + passive.ended;

  const promise =
    'a process whose loop is blocked for less than its callers’ deadlines: no connection closed, no call failed, new work elsewhere';
  const scenario = `one of three blocked for ${blockMs} ms, heartbeat ${interval.intervalMs} ms × ${interval.misses}`;
  const none = { atMost: 0, loose: 0 };
  measure({ promise, scenario: `${scenario}: connections closed` }, closes, none);
  measure({ promise, scenario: `${scenario}: failed calls` }, history.failed.size, none);
  const known = blockedAt + 2 * interval.intervalMs;
  const during = history.between(known, blockedAt + blockMs - 200);
  measure(
    { promise, scenario: `${scenario}: its share of new calls after two intervals` },
    during.percentOf(pid),
    { atMost: 1, unit: ' %', loose: 5 },
  );
  history.expectSound(cluster.executions());
});
