import { expect, it, onTestFinished } from 'vitest';
import { ForwarderProcess } from '../../support/forwarder-process.js';
import {
  callOn,
  callsOn,
  labelsOf,
  openPool,
  openService,
  portOf,
  settled,
} from '../../support/socket-stage.js';
import { until } from '../../support/until.js';

const CALLS = 500;
const INTERVAL_MS = 100;

/** A pool that reaches its only server through another process, with calls in flight. */
async function stageWithCallsInFlight() {
  const service = await openService();
  service.hold();
  const peer = await ForwarderProcess.start(portOf(service));
  onTestFinished(() => peer.kill());
  const pool = openPool({
    endpoints: [peer.address],
    heartbeat: { intervalMs: INTERVAL_MS, misses: 3 },
    pool: { minConnections: 2 },
  });
  pool.start();
  await until(() => pool.state === 'ready', 'both connections are ready');
  const sinks = callsOn(pool, CALLS);
  await until(() => service.open.length === CALLS, 'all calls are in flight');
  return { service, peer, pool, sinks };
}

it('a killed peer with 500 calls in flight settles all of them as perhaps run', async () => {
  const { peer, pool, sinks } = await stageWithCallsInFlight();
  await peer.kill();
  await settled(sinks);
  expect(labelsOf(sinks)).toEqual({ 'CONNECTION_LOST maybe': CALLS });
  expect(pool.snapshot()).toMatchObject({ inFlight: 0, calls: { failed: CALLS } });
  const late = callOn(pool, { deadlineMs: 300 });
  await settled([late]);
  expect(late.label).toBe('DEADLINE_EXCEEDED no');
});

it('a stopped peer is noticed within four heartbeat intervals, and all its calls are settled', async () => {
  const { peer, pool, sinks } = await stageWithCallsInFlight();
  const stoppedAt = performance.now();
  peer.freeze();
  await settled(sinks, 10_000);
  const noticedMs = performance.now() - stoppedAt;
  expect(labelsOf(sinks)).toEqual({ 'HEARTBEAT_TIMEOUT maybe': CALLS });
  expect(pool.snapshot().closes.active.heartbeat).toBe(2);
  expect(noticedMs).toBeGreaterThan(2 * INTERVAL_MS);
});
