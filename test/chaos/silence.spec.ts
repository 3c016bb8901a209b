import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { SocketPoolClient } from '../../lib/client/socket-pool-client.js';
import { until } from '../support/until.js';
import { inFull, isFull } from './support/chaos-settings.js';
import { Cluster } from './support/cluster.js';
import { NetworkNamespace } from './support/network-namespace.js';
import { PacedLoad } from './support/paced-load.js';
import { measure, notTried } from './support/scorecard.js';

const PROMISE =
  'a stopped process, and dropped packets on idle and busy connections: noticed within (misses + 1) × interval + 250 ms';
const BUSY = { state: 'busy', perSecond: 300 };
const STATES = isFull ? [{ state: 'idle', perSecond: 0 }, BUSY] : [BUSY];
const heartbeat = { intervalMs: inFull(500, 200), misses: inFull(3, 2) };
const LIMIT_MS = (heartbeat.misses + 1) * heartbeat.intervalMs + 250;
/** So that the silence begins at some point between two heartbeats. */
const SOME_MS = heartbeat.intervalMs * 1.3;

it.each(STATES)(
  'a stopped process is noticed on a connection that is $state',
  async ({ state, perSecond }) => {
    const cluster = await Cluster.start(2);
    const client = await cluster.client({ heartbeat });
    const load = new PacedLoad(client, { perSecond, ms: 2 }).start();
    await sleep(SOME_MS);
    const noticedMs = await noticed(client, cluster.addresses[0]!, () =>
      cluster.instances[0]!.kill('SIGSTOP'),
    );
    cluster.instances[0]!.kill('SIGCONT');
    const history = await load.stop();

    const scenario = `SIGSTOP, ${state} connection, heartbeat ${heartbeat.intervalMs} ms × ${heartbeat.misses}`;
    measure({ promise: PROMISE, scenario }, noticedMs, {
      atMost: LIMIT_MS,
      unit: ' ms',
      loose: LIMIT_MS + 2_000,
    });
    history.expectSound(cluster.executions());
  },
);

it.each(STATES)(
  'dropped packets are noticed on a connection that is $state',
  async ({ state, perSecond }) => {
    const scenario = `dropped packets, ${state} connection, heartbeat ${heartbeat.intervalMs} ms × ${heartbeat.misses}`;
    const namespace = NetworkNamespace.open();
    if (typeof namespace === 'string') {
      notTried({ promise: PROMISE, scenario }, namespace);
      return;
    }
    const cluster = await Cluster.start(1, {
      server: { listen: `tcp://${namespace.address}:0` },
      launch: namespace.launch,
    });
    const client = await cluster.client({ heartbeat, whenUnavailable: 'fail' });
    const load = new PacedLoad(client, { perSecond, ms: 2 }).start();
    await sleep(SOME_MS);
    const noticedMs = await noticed(client, cluster.addresses[0]!, () => namespace.dropAll());
    const history = await load.stop();

    measure({ promise: PROMISE, scenario }, noticedMs, {
      atMost: LIMIT_MS,
      unit: ' ms',
      loose: LIMIT_MS + 2_000,
    });
    history.expectSound(cluster.executions());
  },
);

/** How long it takes until the pool has closed a connection to an endpoint that falls silent. */
async function noticed(
  client: SocketPoolClient,
  endpoint: string,
  silence: () => void,
): Promise<number> {
  let closedAt: number | undefined;
  const stop = client.pool.on('connectionClosed', (event) => {
    if (event.endpoint === endpoint) closedAt ??= performance.now();
  });
  const silentAt = performance.now();
  silence();
  await until(() => closedAt !== undefined, 'the silence is noticed', 20_000);
  stop();
  expect(client.pool.snapshot().closes.active.heartbeat).toBe(1);
  return closedAt! - silentAt;
}
