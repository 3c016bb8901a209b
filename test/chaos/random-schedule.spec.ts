import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import type { SocketPoolClient } from '../../lib/client/socket-pool-client.js';
import { randomInteger, seededRandom } from '../../lib/common/random.js';
import { clientOf } from '../e2e/acceptance/support/services.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { until } from '../support/until.js';
import { inFull, seed } from './support/chaos-settings.js';
import { Cluster } from './support/cluster.js';
import type { Disaster, Scene } from './support/disasters.js';
import { disastersOf } from './support/disasters.js';
import { History } from './support/history.js';
import { checkHistory } from './support/history-check.js';
import { PacedLoad } from './support/paced-load.js';
import { measure } from './support/scorecard.js';

const INSTANCES = 3;
const DISASTERS = inFull(50, 6);
const MAX_MS = 1_200;
/** The first ids of the three kinds of calls. */
const HARMLESS = 1_000_000;
const KEYED = 2_000_000;
const RATE = inFull(300, 150);

it(`no rule is broken whatever happens (seed ${seed})`, { timeout: 300_000 }, async () => {
  const random = seededRandom(seed);
  const cluster = await Cluster.start(INSTANCES, { server: { dedup: {} } });
  const proxies = await Promise.all(
    cluster.instances.map((_, at) => FaultProxy.open(cluster.portOf(at), { random })),
  );
  onTestFinished(async () => void (await Promise.all(proxies.map((proxy) => proxy.close()))));
  const client = clientOf([], {
    endpoints: proxies.map(({ address }) => address),
    heartbeat: { intervalMs: 200, misses: 2 },
    deadlineMs: 3_000,
    connectTimeoutMs: 500,
    pool: { minConnections: 2 },
  });
  const loads = startLoads(client, () => randomInteger(random, 40));
  const schedule = await strikeAll({ cluster, proxies }, random);
  const healedMs = await timeToHeal(client, cluster);
  const histories = await Promise.all(loads.map((load) => load.stop()));
  const history = new History(histories.flatMap(({ calls }) => calls));

  const promise = 'random schedule: every call is accounted for, and the pool recovers';
  const scenario = `${schedule.length} disasters in ${INSTANCES} instances, ${history.size} calls (seed ${seed})`;
  const problems = checkHistory(history.calls, cluster.executions());
  measure({ promise, scenario: `${scenario}: broken rules` }, problems.length, {
    atMost: 0,
    loose: 0,
  });
  measure({ promise, scenario: `${scenario}: until all instances are used again` }, healedMs, {
    atMost: 5_000,
    unit: ' ms',
    loose: 20_000,
  });
  expect(problems.slice(0, 20), schedule.join('\n')).toEqual([]);
  expect(history.succeeded.size).toBeGreaterThan(history.size / 2);
});

function startLoads(client: SocketPoolClient, ms: () => number): PacedLoad[] {
  const shape = { perSecond: RATE, ms };
  return [
    new PacedLoad(client, { ...shape, patterns: ['call', 'values'] }),
    new PacedLoad(client, { ...shape, firstId: HARMLESS, options: { idempotent: true } }),
    new PacedLoad(client, {
      ...shape,
      firstId: KEYED,
      options: { idempotent: true },
      hasKeys: true,
    }),
  ].map((load) => load.start());
}

/** One after the other, at instances drawn by chance; each is over before the next one begins there. */
async function strikeAll(scene: Scene, random: () => number): Promise<string[]> {
  const disasters = disastersOf(random);
  const schedule: string[] = [];
  const busy = new Map<number, Promise<void>>();
  for (let each = 0; each < DISASTERS; each++) {
    const disaster: Disaster = disasters[randomInteger(random, disasters.length)]!;
    const [at, ms] = [randomInteger(random, INSTANCES), 50 + randomInteger(random, MAX_MS)];
    await busy.get(at);
    schedule.push(`${disaster.name} at ${at} for ${ms} ms`);
    busy.set(at, disaster.strike(scene, at, ms));
    await sleep(randomInteger(random, MAX_MS));
  }
  await Promise.all(busy.values());
  return schedule;
}

/** Until every instance has answered again. */
async function timeToHeal(client: SocketPoolClient, cluster: Cluster): Promise<number> {
  const healedAt = performance.now();
  const missing = new Set(cluster.instances.map(({ pid }) => pid));
  await until(
    async () => {
      const reply = await client.request<{ pid: number } | number>('who', 0).catch(() => 0);
      if (typeof reply === 'object') missing.delete(reply.pid);
      return missing.size === 0;
    },
    'all instances answer again',
    30_000,
  );
  return performance.now() - healedAt;
}
