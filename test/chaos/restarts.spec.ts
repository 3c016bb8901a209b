import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { inFull } from './support/chaos-settings.js';
import { Cluster } from './support/cluster.js';
import type { History } from './support/history.js';
import { PacedLoad } from './support/paced-load.js';
import { measure } from './support/scorecard.js';

const RATE = inFull(2_000, 500);
/** The first id of the calls that may run twice. */
const HARMLESS = 1_000_000;
const CALM_MS = inFull(1_500, 500);

it('a rolling restart fails no call', async () => {
  const cluster = await Cluster.start(3);
  const client = await cluster.client();
  const load = new PacedLoad(client, { perSecond: RATE, ms: 2 }).start();
  for (const at of cluster.instances.keys()) {
    await sleep(CALM_MS);
    await cluster.restart(at);
  }
  await sleep(CALM_MS);
  const history = await load.stop();

  const trial = {
    promise: 'rolling restart of three instances under 2 000 calls/s: no failed call',
    scenario: `three instances restarted one by one, ${history.size} calls at ${RATE}/s: failed`,
  };
  measure(trial, history.failed.size, { atMost: 0, unit: ' calls', loose: 0 });
  expect(history.failed.counts).toEqual({});
  history.expectSound(cluster.executions());
});

it('kill -9 fails only what was in flight there, and nothing that may run twice', async () => {
  const cluster = await Cluster.start(4);
  const client = await cluster.client();
  const shape = { perSecond: RATE / 2, ms: 20 };
  const load = new PacedLoad(client, shape).start();
  const harmless = new PacedLoad(client, {
    ...shape,
    firstId: HARMLESS,
    options: { idempotent: true },
  }).start();
  await sleep(CALM_MS);
  const doomed = cluster.instances[1]!;
  const killedAt = performance.now();
  doomed.kill('SIGKILL');
  await doomed.ended;
  await sleep(2 * CALM_MS);
  const [once, twice] = await Promise.all([load.stop(), harmless.stop()]);

  const promise =
    'kill -9 of one of four: only calls in flight on it fail, as `maybe`; idempotent ones do not';
  const scenario = `four instances at ${RATE} calls/s, one is killed`;
  const strange = once.failed.where(({ error }) => error!.processed !== 'maybe');
  const rows: [what: string, found: number][] = [
    ['failed calls that are not labelled `maybe`', strange.size],
    ['failed calls that were not in flight then', notInFlight(once.failed, killedAt)],
    ['failed calls among those that may run twice', twice.failed.size],
  ];
  for (const [what, found] of rows)
    measure({ promise, scenario: `${scenario}: ${what}` }, found, { atMost: 0, loose: 0 });
  const executions = cluster.executions();
  const isOnce = ([id]: [number, number]): boolean => id < HARMLESS;
  once.expectSound(new Map([...executions].filter(isOnce)));
  twice.expectSound(new Map([...executions].filter((entry) => !isOnce(entry))));
  expect(once.failed.counts).toEqual({ 'CONNECTION_LOST maybe': once.failed.size });
});

/** Failures of calls that had already been settled, or were made well after the process was gone. */
function notInFlight(failed: History, killedAt: number): number {
  const noticedWithinMs = inFull(50, 500);
  return failed.where(
    ({ startedAt, endedAt }) => endedAt < killedAt || startedAt > killedAt + noticedWithinMs,
  ).size;
}
