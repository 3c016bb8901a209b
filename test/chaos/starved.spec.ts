import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { keepBusy } from '../e2e/acceptance/fixtures/instance.controller.js';
import { inFull } from './support/chaos-settings.js';
import type { Instance } from './support/cluster.js';
import { Cluster } from './support/cluster.js';
import { PacedLoad } from './support/paced-load.js';
import { measure } from './support/scorecard.js';

const LONG_MS = inFull(60_000, 3_000);
const STALL_EVERY_MS = inFull(10_000, 1_500);
const STALL_MS = inFull(1_000, 500);
const PERIOD_MS = 100;
const RUNNING_MS = 20;
const heartbeat = { intervalMs: 250, misses: 3 };

it('neither a starved server nor stalls of this process end a connection', async () => {
  const cluster = await Cluster.start(2);
  const client = await cluster.client({ heartbeat, deadlineMs: 20_000 });
  const load = new PacedLoad(client, { perSecond: 100, ms: 2 }).start();
  const stalls = setInterval(() => keepBusy(STALL_MS), STALL_EVERY_MS);
  onTestFinished(() => clearInterval(stalls));
  const relieve = starve(cluster.instances[0]!);
  await sleep(LONG_MS);
  relieve();
  clearInterval(stalls);
  const history = await load.stop();
  const { active, passive } = client.pool.snapshot().closes;

  const promise = 'CPU starved to 20 %, and own stalls of 1 s every 10 s: no false close in 60 s';
  const scenario = `one of two servers starved to 20 %, own stalls of ${STALL_MS} ms, ${LONG_MS / 1_000} s, heartbeat ${heartbeat.intervalMs} ms × ${heartbeat.misses}`;
  const closes = active.heartbeat + passive.ended + passive.reset;
  const none = { atMost: 0, loose: 0 };
  measure({ promise, scenario: `${scenario}: false closes` }, closes, none);
  measure({ promise, scenario: `${scenario}: failed calls` }, history.failed.size, none);
  history.expectSound(cluster.executions());
  expect(history.size).toBeGreaterThan(0);
});

/** Lets a process run for a fifth of the time, as a limit of its container does. */
function starve(instance: Instance): () => void {
  const timers = new Set<NodeJS.Timeout>();
  const period = setInterval(() => {
    instance.kill('SIGCONT');
    const timer = setTimeout(() => {
      timers.delete(timer);
      instance.kill('SIGSTOP');
    }, RUNNING_MS);
    timers.add(timer);
  }, PERIOD_MS);
  const relieve = (): void => {
    clearInterval(period);
    for (const timer of timers) clearTimeout(timer);
    instance.kill('SIGCONT');
  };
  onTestFinished(relieve);
  return relieve;
}
