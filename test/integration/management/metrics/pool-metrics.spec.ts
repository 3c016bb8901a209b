import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ChangingDiscovery } from '../../../support/changing-discovery.js';
import { FaultProxy } from '../../../support/fault-proxy.js';
import type { FaultProxyOptions } from '../../../support/fault-proxy.js';
import { ForwarderProcess } from '../../../support/forwarder-process.js';
import { callOn, callsOn, openService, settled } from '../../../support/socket-stage.js';
import { until } from '../../../support/until.js';
import { MetricsLab } from './metrics-lab.js';
import { PlayedService, poolIn } from './service-fixture.js';

const orders = { pool: 'orders' };

async function openProxy(targetPort: number, options?: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = await FaultProxy.open(targetPort, options);
  onTestFinished(() => proxy.close());
  return proxy;
}

/** A server that does to a connection whatever the test wants, and nothing else. */
async function rudeServer(onConnection: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  onTestFinished(() => void server.close());
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Where nobody listens. */
async function closedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `tcp://127.0.0.1:${port}`;
}

describe('establishment failures', () => {
  it.each([
    ['refused', closedPort],
    ['timeout', async () => (await openProxy(1, { isMute: true })).address],
    ['reset', () => rudeServer((socket) => socket.resetAndDestroy())],
    ['handshake', () => rudeServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))],
    ['tls', async () => (await openService('tls://127.0.0.1:0')).address],
    ['name_not_found', () => Promise.resolve('tcp://nobody.invalid:4000')],
    ['unreachable', () => Promise.resolve('tcp://255.255.255.255:4000')],
  ])('are counted by their cause: %s', async (cause, where) => {
    const lab = new MetricsLab();
    const connectTimeoutMs = cause === 'timeout' ? 100 : 3_000;
    const pool = poolIn(lab, { endpoints: [await where()], connectTimeoutMs });
    await pool.ready().catch(() => undefined);
    await lab.shows(1, 'socket_pool_connect_failures_total', { ...orders, cause });
    const samples = await lab.scrape();
    expect(samples.sum('socket_pool_connect_failures_total')).toBe(1);
    expect(samples.value('socket_pool_connects_started_total', orders)).toBe(1);
    expect(samples.value('socket_pool_connects_established_total', orders)).toBe(0);
  });

  it('do not count what was given up by this end as anything else', async () => {
    const lab = new MetricsLab();
    const proxy = await openProxy(1, { isMute: true });
    const pool = poolIn(lab, { endpoints: [proxy.address], connectTimeoutMs: 5_000 });
    pool.start();
    await until(() => proxy.accepted === 1, 'it is connecting');
    pool.destroy();
    await lab.shows(1, 'socket_pool_connect_failures_total', { ...orders, cause: 'abandoned' });
  });

  it('are told from what was established, of which the time is measured', async () => {
    const lab = new MetricsLab();
    const service = await PlayedService.open(lab);
    const proxy = await openProxy(service.port, { toxics: { latencyMs: 30 } });
    const pool = poolIn(lab, {
      endpoints: [proxy.address],
      pool: { minConnections: 3 },
      connectTimeoutMs: 2_000,
    });
    pool.start();
    await lab.shows(3, 'socket_pool_connects_established_total', orders);
    const samples = await lab.scrape();
    const name = 'socket_pool_connect_duration_seconds';
    expect(samples.value(`${name}_count`, orders)).toBe(3);
    expect(samples.value(`${name}_bucket`, { ...orders, le: '0.025' })).toBe(0);
    expect(samples.value(`${name}_sum`, orders)).toBeGreaterThan(0.09);
  });
});

describe('active closes', () => {
  const closedFor = (cause: string): readonly [number, string, Record<string, string>] => [
    1,
    'socket_pool_active_closes_total',
    { ...orders, cause },
  ];

  it('are counted when a connection is idle', async () => {
    const lab = new MetricsLab();
    const { address } = await PlayedService.open(lab);
    const pool = poolIn(lab, {
      endpoints: [address],
      pool: { minConnections: 0, idleTimeoutMs: 100 },
    });
    await settled([callOn(pool, { pattern: 'echo' })]);
    await lab.shows(...closedFor('idle'));
  });

  it('are counted when a connection has reached its lifetime', async () => {
    const lab = new MetricsLab();
    const { address } = await PlayedService.open(lab);
    const pool = poolIn(lab, {
      endpoints: [address],
      pool: { lifetimeMs: 1_500, lifetimeJitterRatio: 0 },
    });
    await pool.ready();
    await until(
      async () =>
        (await lab.value('socket_pool_active_closes_total', { ...orders, cause: 'lifetime' })) >= 1,
      'it is replaced',
      8_000,
    );
    await lab.shows(1, 'socket_pool_connections', { ...orders, state: 'ready' });
  });

  it('are counted when an endpoint is gone', async () => {
    const lab = new MetricsLab();
    const { address } = await PlayedService.open(lab);
    const discovery = new ChangingDiscovery([address]);
    const pool = poolIn(lab, { discovery });
    await pool.ready();
    discovery.report();
    await lab.shows(...closedFor('endpoint_gone'));
  });

  it('are counted when the pool is closed', async () => {
    const lab = new MetricsLab();
    const { address } = await PlayedService.open(lab);
    const pool = poolIn(lab, { endpoints: [address] });
    await pool.ready();
    await pool.close();
    await lab.shows(...closedFor('shutdown'));
    await lab.shows(1, 'socket_pool_state', { ...orders, state: 'closed' });
  });

  it('are counted when heartbeats fail, each of which is counted as well', async () => {
    const lab = new MetricsLab();
    const service = await PlayedService.open(lab);
    const peer = await ForwarderProcess.start(service.port);
    onTestFinished(() => peer.kill());
    const pool = poolIn(lab, {
      endpoints: [peer.address],
      heartbeat: { intervalMs: 60, misses: 3 },
    });
    await pool.ready();
    expect(await lab.value('socket_pool_heartbeats_missed_total', orders)).toBe(0);
    peer.freeze();
    await lab.shows(1, 'socket_pool_connections_silent', orders);
    await lab.shows(...closedFor('heartbeat'));
    expect(await lab.value('socket_pool_heartbeats_missed_total', orders)).toBe(3);
  });
});

describe('passive closes', () => {
  it('are counted by how the other end went', async () => {
    const lab = new MetricsLab();
    const service = await PlayedService.open(lab);
    const proxy = await openProxy(service.port);
    const pool = poolIn(lab, {
      endpoints: [proxy.address],
      pool: { minConnections: 2 },
      reconnect: { spreadMs: 0, initialBackoffMs: 10, maxBackoffMs: 20 },
    });
    const name = 'socket_pool_passive_closes_total';
    const whenReady = () => lab.shows(2, 'socket_pool_connections', { ...orders, state: 'ready' });
    pool.start();
    await whenReady();
    proxy.endAll();
    await lab.shows(2, name, { ...orders, cause: 'ended' });
    await whenReady();
    // A reset that meets the first heartbeat may look like an end.
    await sleep(100);
    proxy.resetAll();
    await lab.shows(2, name, { ...orders, cause: 'reset' });
    await whenReady();
    const drained = service.server.drain();
    await lab.shows(2, name, { ...orders, cause: 'go_away' });
    await drained;
    expect((await lab.scrape()).sum(name)).toBe(6);
    expect((await lab.scrape()).sum('socket_pool_active_closes_total')).toBe(0);
  });
});

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
    expect(samples.value(`${name}_bucket`, { ...orders, le: '0.05' })).toBe(9);
    expect(samples.value(`${name}_bucket`, { ...orders, le: '0.5' })).toBe(14);
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
    expect(samples.value('socket_pool_retries_total', orders)).toBe(rejected);
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

describe('the round trip', () => {
  it('is that of the slowest connection', async () => {
    const lab = new MetricsLab();
    const service = await PlayedService.open(lab);
    const proxy = await openProxy(service.port, { toxics: { latencyMs: 40 } });
    const pool = poolIn(lab, {
      endpoints: [service.address, proxy.address],
      heartbeat: { intervalMs: 200, misses: 3 },
      connectTimeoutMs: 2_000,
    });
    pool.start();
    await lab.shows(2, 'socket_pool_connections', { ...orders, state: 'ready' });
    await sleep(600);
    const seconds = await lab.value('socket_pool_round_trip_max_seconds', orders);
    expect(seconds).toBeGreaterThan(0.06);
    expect(seconds).toBeLessThan(0.3);
  });
});
