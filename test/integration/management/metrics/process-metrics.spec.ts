import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { callsOn, settled } from '../../../support/socket-stage.js';
import { until } from '../../../support/until.js';
import { MetricsLab } from './metrics-lab.js';
import { PlayedService, poolIn } from './service-fixture.js';
import { connected } from './sockets-fixture.js';

describe('the process', () => {
  it.runIf(process.platform === 'linux')('has the descriptors that /proc tells', async () => {
    const sockets = await (async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      onTestFinished(() => void server.close());
      return connected((server.address() as AddressInfo).port, 20);
    })();
    const samples = await new MetricsLab().scrape();
    const open = samples.value('socket_pool_process_open_descriptors')!;
    expect(Math.abs(open - readdirSync('/proc/self/fd').length)).toBeLessThanOrEqual(2);
    expect(open).toBeGreaterThan(2 * sockets.length);
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    expect(samples.value('socket_pool_process_max_descriptors')).toBe(Number(limit));
  });

  it.runIf(process.platform === 'linux')('has the threads that /proc tells', async () => {
    const threads = /^Threads:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    expect(await new MetricsLab().value('socket_pool_process_threads')).toBe(Number(threads));
  });

  it('takes the processor’s time that Node tells', async () => {
    const before = process.cpuUsage();
    const samples = await new MetricsLab().scrape();
    const after = process.cpuUsage();
    const shown = samples.sum('socket_pool_process_cpu_seconds_total') * 1e6;
    // The kernel counts in hundredths of a second.
    expect(shown).toBeGreaterThan(before.user + before.system - 40_000);
    expect(shown).toBeLessThan(after.user + after.system + 40_000);
  });

  it('occupies the memory that Node tells, about', async () => {
    const samples = await new MetricsLab().scrape();
    const { rss, heapTotal } = process.memoryUsage();
    const shown = samples.value('socket_pool_process_resident_memory_bytes')!;
    expect(Math.abs(shown - rss) / rss).toBeLessThan(0.1);
    const heap = samples.value('socket_pool_heap_total_bytes')!;
    expect(Math.abs(heap - heapTotal) / heapTotal).toBeLessThan(0.3);
  });

  it('counts garbage collections', async () => {
    const lab = new MetricsLab();
    const before = await lab.value('socket_pool_gc_runs_total');
    let garbage: unknown[] = [];
    for (let n = 0; n < 3_000_000; n++) {
      if (n % 100_000 === 0) garbage = [];
      garbage.push({ n });
    }
    await until(
      async () => (await lab.value('socket_pool_gc_runs_total')) > before,
      'a collection was counted',
    );
    expect(await lab.value('socket_pool_gc_seconds_total')).toBeGreaterThan(0);
  });
});

describe('the loop', () => {
  it('shows the lag of the worst moment, once', async () => {
    const lab = new MetricsLab();
    await sleep(60);
    await lab.scrape();
    const end = performance.now() + 300;
    while (performance.now() < end);
    await sleep(60);
    const lag = await lab.value('socket_pool_loop_lag_max_seconds');
    expect(lag).toBeGreaterThan(0.25);
    expect(lag).toBeLessThan(0.45);
    await sleep(60);
    expect(await lab.value('socket_pool_loop_lag_max_seconds')).toBeLessThan(0.2);
  });

  it('shows how busy it is', async () => {
    const lab = new MetricsLab();
    await lab.scrape();
    const end = performance.now() + 200;
    while (performance.now() < end);
    await sleep(5);
    expect(await lab.value('socket_pool_loop_utilization_ratio')).toBeGreaterThan(0.8);
    await sleep(300);
    expect(await lab.value('socket_pool_loop_utilization_ratio')).toBeLessThan(0.5);
  });
});

describe('a scrape', () => {
  it('costs little with a thousand connections', async () => {
    const lab = new MetricsLab();
    const service = await PlayedService.open(lab, { heartbeat: false });
    const pool = poolIn(lab, {
      endpoints: [service.address],
      pool: { minConnections: 500, maxConnections: 500 },
      heartbeat: false,
      connectTimeoutMs: 10_000,
    });
    pool.start();
    await until(() => pool.state === 'ready', 'all connections are ready', 15_000);
    await settled(callsOn(pool, 1_000, { pattern: 'echo' }));
    await lab.scrape();
    const begin = process.cpuUsage();
    await lab.scrape();
    const { user, system } = process.cpuUsage(begin);
    expect((user + system) / 1_000).toBeLessThan(100);
  });
});
