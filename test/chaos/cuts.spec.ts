import { expect, it, onTestFinished } from 'vitest';
import { randomInteger, seededRandom } from '../../lib/common/random.js';
import { clientOf } from '../e2e/acceptance/support/services.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { until } from '../support/until.js';
import { inFull, seed } from './support/chaos-settings.js';
import { Cluster } from './support/cluster.js';
import type { History } from './support/history.js';
import { checkHistory } from './support/history-check.js';
import type { LoadShape } from './support/paced-load.js';
import { PacedLoad } from './support/paced-load.js';
import { measure } from './support/scorecard.js';

const CALLS = inFull(100_000, 6_000);
const MAX_BYTES = 20_000;
const LOAD: LoadShape = { perSecond: 20_000, count: CALLS, atOnce: 200 };
const NONE = { atMost: 0, loose: 0 };
const PROMISE =
  '100 000 calls through random cuts: no duplicate, none unsettled, `no` never executed; with opt-in retries everything acknowledged was executed, duplicates answered from the window';

it('calls over connections that are cut run once at most', async () => {
  const { cluster, history, cuts } = await callThroughCuts({
    ...LOAD,
    patterns: ['call', 'values', 'call'],
  });
  const executions = cluster.executions();
  const scenario = `${CALLS} calls, ${cuts} cuts (seed ${seed})`;
  const notOnce = [...executions.values()].filter((runs) => runs > 1).length;
  const unsettled = history.where(({ ends }) => ends !== 1).size;
  const denied = history.where(
    ({ id, error }) => error?.processed === 'no' && executions.has(id),
  ).size;
  measure({ promise: PROMISE, scenario: `${scenario}: ran more than once` }, notOnce, NONE);
  measure({ promise: PROMISE, scenario: `${scenario}: not settled exactly once` }, unsettled, NONE);
  measure(
    { promise: PROMISE, scenario: `${scenario}: executed, but labelled \`no\`` },
    denied,
    NONE,
  );
  history.expectSound(executions);
  expect(history.succeeded.size).toBeGreaterThan(CALLS / 4);
});

it('calls that may run twice, with keys, are run once by a server with a window', async () => {
  const { cluster, history, cuts } = await callThroughCuts({
    ...LOAD,
    hasKeys: true,
    options: { idempotent: true },
  });
  const executions = cluster.executions();
  const scenario = `${CALLS} calls with keys and retries, ${cuts} cuts (seed ${seed})`;
  const lost = history.succeeded.where(({ id }) => !executions.has(id)).size;
  const again = [...executions.values()].filter((runs) => runs > 1).length;
  measure({ promise: PROMISE, scenario: `${scenario}: acknowledged, never run` }, lost, NONE);
  measure({ promise: PROMISE, scenario: `${scenario}: run more than once` }, again, NONE);
  expect(checkHistory(history.calls, executions, true).slice(0, 20)).toEqual([]);
});

async function callThroughCuts(
  shape: LoadShape,
): Promise<{ cluster: Cluster; history: History; cuts: number }> {
  const cluster = await Cluster.start(1, { server: { dedup: { maxEntries: 200_000 } } });
  const random = seededRandom(seed);
  const proxy = await FaultProxy.open(cluster.portOf(0), {
    cutAfterBytes: () => {
      proxy.cutBy = random() < 0.5 ? 'end' : 'reset';
      return 1 + randomInteger(random, MAX_BYTES);
    },
  });
  onTestFinished(() => proxy.close());
  const client = clientOf([], {
    endpoints: [proxy.address],
    whenUnavailable: 'wait',
    pool: { minConnections: 4, maxConnections: 4 },
    reconnect: { initialBackoffMs: 10, maxBackoffMs: 20, spreadMs: 0 },
    acquireTimeoutMs: 20_000,
    retry: { budgetPerSecond: 100_000, budgetRatio: 1 },
    maxAttempts: 5,
  });
  const load = new PacedLoad(client, shape).start();
  await until(() => load.isDone, 'all calls are settled', 100_000);
  const history = await load.stop();
  expect(proxy.cuts).toBeGreaterThan(CALLS / 1_000);
  return { cluster, history, cuts: proxy.cuts };
}
