import { firstValueFrom } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SocketPoolClient } from '../../../../lib/client/socket-pool-client.js';
import { callsOn, settled } from '../../../support/socket-stage.js';
import { until } from '../../../support/until.js';
import { MetricsLab } from './metrics-lab.js';
import { closedPort } from './peers-fixture.js';
import { PlayedService, poolIn } from './service-fixture.js';

const orders = { pool: 'orders' };

describe('calls', () => {
  it('are counted by their outcome', async () => {
    const lab = new MetricsLab();
    const { address } = await PlayedService.open(lab);
    const pool = poolIn(lab, { endpoints: [address] });
    const sinks = [
      ...callsOn(pool, 5, { pattern: 'echo' }),
      ...callsOn(pool, 4, { pattern: 'fail' }),
      ...callsOn(pool, 3, { pattern: 'hold', deadlineMs: 100 }),
    ];
    const cancelled = callsOn(pool, 2, { pattern: 'hold' });
    await settled(sinks);
    for (const { call } of cancelled) call.cancel();
    const samples = await lab.scrape();
    const outcomes = ['succeeded', 'failed', 'deadline_exceeded', 'cancelled'].map((outcome) =>
      samples.value('socket_pool_calls_settled_total', { ...orders, outcome }),
    );
    expect(outcomes).toEqual([5, 4, 3, 2]);
    expect(samples.value('socket_pool_calls_started_total', orders)).toBe(14);
    const name = 'socket_pool_call_duration_seconds';
    expect(samples.value(`${name}_count`, orders)).toBe(14);
    // Those that waited for their deadline, and those that were cancelled then.
    expect(samples.value(`${name}_bucket`, { ...orders, le: '0.05' })).toBeLessThanOrEqual(9);
    expect(samples.value(`${name}_sum`, orders)).toBeGreaterThan(5 * 0.09);
  });

  it('succeed when their consumer takes the value and leaves, as firstValueFrom does', async () => {
    const lab = new MetricsLab();
    const { address } = await PlayedService.open(lab);
    const client = new SocketPoolClient({ name: 'orders', endpoints: [address] });
    onTestFinished(() => client.close());
    for (let call = 0; call < 3; call++) await firstValueFrom(client.send('echo', call));
    lab.pools.push(client.pool);
    await lab.shows(3, 'socket_pool_calls_settled_total', { ...orders, outcome: 'succeeded' });
    expect(await lab.value('socket_pool_calls_started_total', orders)).toBe(3);
  });

  it('are counted while they are in flight, and while they wait', async () => {
    const lab = new MetricsLab();
    const service = await PlayedService.open(lab, { maxStreams: 3 });
    const pool = poolIn(lab, {
      endpoints: [service.address],
      pool: { minConnections: 1, maxConnections: 2, highWatermark: 100, lowWatermark: 1 },
    });
    await pool.ready();
    const sinks = callsOn(pool, 3, { pattern: 'hold' });
    await until(() => service.held === 3, 'the server has them');
    const samples = await lab.scrape();
    expect(samples.value('socket_pool_in_flight', orders)).toBe(3);
    expect(samples.value('socket_pool_connections_busy', orders)).toBe(1);
    expect(samples.value('socket_pool_utilization_ratio', orders)).toBe(1);
    expect(samples.value('socket_pool_connections_min', orders)).toBe(1);
    expect(samples.value('socket_pool_connections_max', orders)).toBe(2);
    service.release();
    await settled(sinks);
    expect(await lab.value('socket_pool_in_flight', orders)).toBe(0);
    expect(await lab.value('socket_pool_utilization_ratio', orders)).toBe(0);
  });

  it('are counted as waiters when there is no connection', async () => {
    const lab = new MetricsLab();
    const pool = poolIn(lab, { endpoints: [await closedPort()], acquireTimeoutMs: 300 });
    const sinks = callsOn(pool, 7, { pattern: 'echo' });
    expect(await lab.value('socket_pool_waiters', orders)).toBe(7);
    await settled(sinks);
    expect(await lab.value('socket_pool_waiters', orders)).toBe(0);
    await lab.shows(1, 'socket_pool_state', { ...orders, state: 'unavailable' });
    await lab.shows(1, 'socket_pool_endpoints', { ...orders, state: 'backoff' });
  });

  it('are counted when a server rejects them, and when they are sent elsewhere', async () => {
    const lab = new MetricsLab();
    const [leaving, staying] = [await PlayedService.open(lab), await PlayedService.open(lab)];
    const pool = poolIn(lab, { endpoints: [leaving.address, staying.address] });
    pool.start();
    await lab.shows(2, 'socket_pool_connections', { ...orders, state: 'ready' });
    // A server with nothing in work would be closed at once.
    const held = callsOn(pool, 20, { pattern: 'hold' });
    await until(() => leaving.held + staying.held === 20, 'both have work');
    // They leave before the go-away arrives, and arrive after it was sent.
    const drained = leaving.server.drain();
    const sinks = callsOn(pool, 20, { pattern: 'echo' });
    await settled(sinks);
    for (const service of [leaving, staying]) service.release();
    await Promise.all([drained, settled(held)]);
    const samples = await lab.scrape();
    const rejected = samples.value('socket_pool_server_rejections_total', {
      server: 'server 0',
      cause: 'draining',
    });
    expect(rejected).toBeGreaterThan(0);
    expect(samples.value('socket_pool_rejections_total', orders)).toBe(rejected);
    const reason = { ...orders, reason: 'rejected' };
    expect(samples.value('socket_pool_retries_total', reason)).toBe(rejected);
    const succeeded = { ...orders, outcome: 'succeeded' };
    expect(samples.value('socket_pool_calls_settled_total', succeeded)).toBe(40);
  });
});

describe('Little’s law', () => {
  it('recommends what the traffic needs', async () => {
    const lab = new MetricsLab();
    const service = await PlayedService.open(lab);
    const pool = poolIn(lab, {
      endpoints: [service.address],
      pool: { highWatermark: 4, lowWatermark: 1 },
    });
    await pool.ready();
    const end = performance.now() + 2_000;
    const answer = setInterval(() => service.release(), 50);
    while (performance.now() < end) await settled(callsOn(pool, 40, { pattern: 'hold' }));
    clearInterval(answer);
    const samples = await lab.scrape();
    const concurrency = samples.value('socket_pool_concurrency', orders)!;
    const rate = samples.value('socket_pool_arrivals_per_second', orders)!;
    const mean = samples.value('socket_pool_response_mean_seconds', orders)!;
    expect(concurrency).toBeCloseTo(rate * mean, 3);
    // All the time 40 calls were in flight, or were about to be.
    expect(concurrency).toBeGreaterThan(15);
    expect(concurrency).toBeLessThan(45);
    const min = samples.value('socket_pool_connections_recommended_min', orders)!;
    expect(min).toBe(Math.ceil(concurrency / 4));
    const peak = concurrency + 3 * Math.sqrt(concurrency);
    expect(samples.value('socket_pool_connections_recommended_max', orders)).toBe(
      Math.ceil(peak / 4),
    );
  });
});

describe('the counters of a pool', () => {
  it('do not fall when it is closed and made anew', async () => {
    const lab = new MetricsLab();
    const { address } = await PlayedService.open(lab);
    let [calls, bytes] = [0, 0];
    for (let round = 1; round <= 3; round++) {
      const pool = poolIn(lab, { endpoints: [address] });
      await settled(callsOn(pool, 10 * round, { pattern: 'echo' }));
      calls += 10 * round;
      await pool.close();
      const samples = await lab.scrape();
      expect(samples.value('socket_pool_calls_started_total', orders)).toBe(calls);
      expect(samples.value('socket_pool_connects_established_total', orders)).toBe(round);
      const sent = samples.value('socket_pool_sent_bytes_total', orders)!;
      expect(sent).toBeGreaterThan(bytes);
      bytes = sent;
      lab.pools.pop();
    }
  });
});
