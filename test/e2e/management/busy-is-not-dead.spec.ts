/** A service that is stuck keeps its connections and calls; one that is gone does not. Real processes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SocketPoolError } from '../../../lib/errors/socket-pool-error.js';
import { SocketPoolClient } from '../../../lib/client/socket-pool-client.js';
import { until } from '../../support/until.js';
import { StuckOrders } from './support/stuck-orders.js';

Logger.overrideLogger(false);

const heartbeat = { intervalMs: 300, misses: 2 };
const CALLS = 40;

async function stage(hasBeacon = true) {
  const [doomed, other] = await Promise.all([
    StuckOrders.start(hasBeacon),
    StuckOrders.start(hasBeacon),
  ]);
  const client = new SocketPoolClient({ endpoints: [doomed.address, other.address], heartbeat });
  onTestFinished(() => client.pool.destroy());
  await client.pool.ready();
  await until(() => client.pool.snapshot().state === 'ready', 'both are connected');
  return { doomed, other, client };
}

/** Calls that take a while, at both instances; how each ended. */
function calls(client: SocketPoolClient, ms: number): Promise<string>[] {
  const outcome = async (): Promise<string> =>
    client.request('wait', ms).then(
      () => 'ok',
      (error: SocketPoolError) => `${error.code} ${error.processed}`,
    );
  return Array.from({ length: CALLS }, outcome);
}

async function callsAt(client: SocketPoolClient, pid: number): Promise<number> {
  const answers: unknown[] = [];
  for (let count = 0; count < 100; count++) answers.push(await client.request('who', 1));
  return answers.filter((answer) => answer === pid).length;
}

describe('a service whose loop stands still for less than its callers wait', () => {
  it('loses no connection and no call, and gets no new ones meanwhile', async () => {
    const { doomed, client } = await stage();
    expect(await callsAt(client, doomed.pid)).toBeGreaterThan(20);
    const outcomes = calls(client, 300);
    await sleep(100);
    doomed.hang(4_000);
    const isStuck = (): boolean =>
      client.pool
        .snapshot()
        .endpoints.some(({ connections }) => connections[0]?.peerCondition === 'stuck');
    await until(isStuck, 'it is known as stuck');
    expect(await callsAt(client, doomed.pid)).toBe(0);
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['ok']));

    const { closes, beaconAnswers } = client.pool.snapshot();
    expect(closes.active.heartbeat + closes.passive.ended + closes.passive.reset).toBe(0);
    expect(beaconAnswers.stuck).toBeGreaterThan(2);
    const isReady = (): boolean => client.pool.snapshot().endpoints.every(({ isBusy }) => !isBusy);
    await until(isReady, 'it is ready again');
    expect(await callsAt(client, doomed.pid)).toBeGreaterThan(20);
  });

  it('is dead without a beacon', async () => {
    const { doomed, client } = await stage(false);
    const outcomes = calls(client, 300);
    await sleep(100);
    doomed.hang(4_000);
    const ends = new Set(await Promise.all(outcomes));

    expect(ends).toEqual(new Set(['ok', 'HEARTBEAT_TIMEOUT maybe']));
  });
});

describe('a stopped service', () => {
  it('is noticed within (misses + 1) × interval, its beacon notwithstanding', async () => {
    const { doomed, client } = await stage();
    const outcomes = calls(client, 20_000);
    await sleep(300);
    const closed = new Promise<void>((resolve) =>
      client.pool.on('connectionClosed', () => resolve()),
    );
    const stoppedAt = performance.now();
    doomed.freeze();
    await closed;
    const noticedMs = performance.now() - stoppedAt;
    client.pool.destroy();
    await Promise.all(outcomes);

    // 250 ms more are promised; another interval for a machine that is busy with other tests.
    expect(noticedMs).toBeLessThan((heartbeat.misses + 2) * heartbeat.intervalMs + 250);
    expect(client.pool.snapshot().beaconAnswers.nobody).toBeGreaterThan(0);
  });
});
