import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createSocketPool } from '../../lib/pool/create-socket-pool.js';
import type { PoolOptionsInput } from '../../lib/pool/pool-options.js';
import type { SocketPool } from '../../lib/pool/socket-pool.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { until } from '../support/until.js';
import { inFull, isFull } from './support/chaos-settings.js';
import { Cluster } from './support/cluster.js';
import { forgetStalls, measure } from './support/scorecard.js';

const CLIENTS = inFull(500, 150);
const WINDOW_MS = 100;
const RECONNECT = { initialBackoffMs: 500, maxBackoffMs: 2_000, spreadMs: 2_000 };
/** A connection that was lost sooner than this counts as one that failed, which waits for less. */
const SETTLED_MS = 2 * RECONNECT.initialBackoffMs;
/** The longest wait between two attempts: jitter lengthens by up to as much again. */
const CAP_MS = 2 * RECONNECT.maxBackoffMs;
const OUTAGE_MS = inFull(3_000, 1_500);
const PROMISE = `500 clients after a 3 s outage: at most 10 % of them connect in any 100 ms; all back within the cap + 1 s`;

it('many clients come back one after the other after an outage', async () => {
  const cluster = await Cluster.start(1);
  const { proxy, arrivals } = await openGate(cluster.portOf(0));
  const pools = openPools({ endpoints: [proxy.address] });
  await until(() => pools.every(({ isReady }) => isReady), 'all are connected', 30_000);
  await sleep(SETTLED_MS);

  proxy.goDown();
  await sleep(OUTAGE_MS);
  arrivals.length = 0;
  forgetStalls();
  await proxy.comeUp();
  const backSince = performance.now();
  await until(() => pools.every(({ isReady }) => isReady), 'all are back', CAP_MS + 20_000);
  const allBackMs = performance.now() - backSince;

  const scenario = `${CLIENTS} clients of one instance, gone for ${OUTAGE_MS} ms, cap ${CAP_MS} ms`;
  measure({ promise: PROMISE, scenario: `${scenario}: until all are back` }, allBackMs, {
    atMost: CAP_MS + 1_000,
    unit: ' ms',
    loose: CAP_MS + 4_000,
  });
  measure({ promise: PROMISE, scenario: `${scenario}: most in 100 ms` }, peakPercent(arrivals), {
    atMost: 10,
    unit: ' %',
    loose: undefined,
  });
  expectSpread(arrivals);
});

it.runIf(isFull)(
  'first attempts after one of four instances was lost are spread as well',
  async () => {
    const cluster = await Cluster.start(4);
    const { proxy, arrivals } = await openGate(cluster.portOf(3));
    const pools = openPools({ endpoints: [...cluster.addresses.slice(0, 3), proxy.address] });
    const isComplete = (pool: SocketPool): boolean => pool.state === 'ready';
    await until(() => pools.every(isComplete), 'all connections are there', 30_000);
    await sleep(SETTLED_MS);

    arrivals.length = 0;
    forgetStalls();
    proxy.resetAll();
    await until(() => arrivals.length >= CLIENTS, 'all connections are back', 20_000);

    const trial = {
      promise: 'first reconnects after losing one of four instances are spread as well',
      scenario: `${CLIENTS} clients of four instances, one resets all connections: most in 100 ms`,
    };
    measure(trial, peakPercent(arrivals), { atMost: 10, unit: ' %', loose: undefined });
    expectSpread(arrivals);
  },
);

/** What stands before an instance, and when connections came there. */
async function openGate(port: number): Promise<{ proxy: FaultProxy; arrivals: number[] }> {
  const arrivals: number[] = [];
  const proxy = await FaultProxy.open(port, {
    cutAfterBytes: () => {
      arrivals.push(performance.now());
      return Infinity;
    },
  });
  onTestFinished(() => proxy.close());
  return { proxy, arrivals };
}

/** On any machine: they do not come all at once. */
function expectSpread(times: readonly number[]): void {
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(RECONNECT.spreadMs / 4);
}

function openPools(options: PoolOptionsInput): SocketPool[] {
  const pools = Array.from({ length: CLIENTS }, () =>
    createSocketPool({ connectTimeoutMs: 5_000, ...options, reconnect: RECONNECT }),
  );
  onTestFinished(() => pools.forEach((pool) => pool.destroy()));
  for (const pool of pools) pool.start();
  return pools;
}

/** The most of all clients that came in any 100 ms, in percent. */
function peakPercent(times: readonly number[]): number {
  let most = 0;
  for (let last = 0, first = 0; last < times.length; last++) {
    while (times[last]! - times[first]! >= WINDOW_MS) first++;
    most = Math.max(most, last - first + 1);
  }
  return (100 * most) / CLIENTS;
}
