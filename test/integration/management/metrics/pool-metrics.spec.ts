import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ChangingDiscovery } from '../../../support/changing-discovery.js';
import { ForwarderProcess } from '../../../support/forwarder-process.js';
import { callOn, openService, settled } from '../../../support/socket-stage.js';
import { until } from '../../../support/until.js';
import { MetricsLab } from './metrics-lab.js';
import { closedPort, openProxy, rudeServer } from './peers-fixture.js';
import { PlayedService, poolIn } from './service-fixture.js';

const orders = { pool: 'orders' };

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
