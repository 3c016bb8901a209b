import { register } from 'prom-client';
import { afterEach, describe, expect, it } from 'vitest';
import { Availability, ServicePhase } from '../../../../../lib/management/management.contract.js';
import { METRIC_TABLE } from '../../../../../lib/management/worker/metrics/metric-table.js';
import { MetricsUnavailableError } from '../../../../../lib/management/worker/metrics/metrics-exposition.js';
import { poolSnapshot } from '../../../../support/snapshots.js';
import { EXPECTED_SERIES } from './expected-series.js';
import { MetricsStage, picture, POOL, SERVER } from './metrics-fixture.js';

describe('the exposition', () => {
  it.each(EXPECTED_SERIES)('shows %s %o', async (name, labels, value) => {
    const samples = await new MetricsStage().show(picture()).scrape();
    expect(samples.value(name, labels)).toBe(value);
  });

  it('is expected, series by series, for every metric of the table', () => {
    const expected = new Set(
      EXPECTED_SERIES.map(([name]) => name.replace(/_(bucket|sum|count)$/, '')),
    );
    const missing = METRIC_TABLE.filter(({ name }) => !expected.has(name)).map(({ name }) => name);
    expect(missing).toEqual([]);
  });

  it('tells the type and the meaning of every metric, and has the labels of the table', async () => {
    const samples = await new MetricsStage().show(picture()).scrape();
    for (const { name, type, meaning, labels } of METRIC_TABLE) {
      expect(samples.types.get(name), name).toBe(type);
      expect(samples.helps.get(name), name).toBe(meaning);
      const suffix = type === 'histogram' ? '_sum' : '';
      const found = [...samples.values.keys()].filter((key) => key.startsWith(`${name}${suffix}{`));
      expect(found.length, name).toBeGreaterThan(0);
      for (const series of found) expect(labelNamesOf(series), series).toEqual([...labels].sort());
    }
    expect(samples.types.size).toBe(METRIC_TABLE.length);
  });

  it('shows what is known without a picture before there is one', async () => {
    const samples = await new MetricsStage().scrape();
    expect(samples.value('socket_pool_service_stuck')).toBe(0);
    expect(samples.value('socket_pool_process_resident_memory_bytes')).toBe(9_100_000);
    expect(samples.has('socket_pool_picture_age_seconds')).toBe(false);
    expect(samples.has('socket_pool_state')).toBe(false);
  });

  it('has no series of the kernel where there is none', async () => {
    const stage = new MetricsStage().show(picture());
    stage.kernel = stage.tcp = undefined;
    const samples = await stage.scrape();
    for (const { name, isFromKernel } of METRIC_TABLE)
      expect(samples.has(name), name).toBe(!isFromKernel);
    expect(samples.value('socket_pool_process_cpu_seconds_total', { mode: 'user' })).toBe(2.5);
    expect(samples.value('socket_pool_process_resident_memory_bytes')).toBe(9_000_009);
  });

  it('leaves out what an older kernel does not count', async () => {
    const stage = new MetricsStage().show(picture());
    const { TCPReqQFullDrop: _, ...network } = stage.kernel!.network;
    stage.kernel = { ...stage.kernel!, network };
    const samples = await stage.scrape();
    expect(samples.has('socket_pool_kernel_tcp_syn_queue_drops_total')).toBe(false);
    expect(samples.has('socket_pool_kernel_tcp_syn_queue_cookies_total')).toBe(true);
  });

  it('writes an unlimited number of descriptors as infinity', async () => {
    const stage = new MetricsStage();
    stage.kernel = {
      ...stage.kernel!,
      descriptors: { open: 3, limit: Number.POSITIVE_INFINITY, hardLimit: undefined },
    };
    const samples = await stage.scrape();
    expect(samples.value('socket_pool_process_max_descriptors')).toBe(Number.POSITIVE_INFINITY);
  });

  it('shows no utilisation of no connections, and no round trip before the first', async () => {
    const idle = poolSnapshot({ name: 'idle', endpoints: [] });
    const samples = await new MetricsStage().show(picture({ pools: [idle] })).scrape();
    expect(samples.value('socket_pool_utilization_ratio', { pool: 'idle' })).toBe(0);
    expect(samples.value('socket_pool_round_trip_max_seconds', { pool: 'idle' })).toBeUndefined();
  });
});

describe('a service that is stuck', () => {
  it('is shown as such, with numbers that say how old they are', async () => {
    const stage = new MetricsStage().show(picture());
    stage.clock.advance(30_000);
    stage.silentMs = 29_000;
    const samples = await stage.scrape();
    expect(samples.value('socket_pool_service_stuck')).toBe(1);
    expect(samples.value('socket_pool_loop_silent_seconds')).toBe(29);
    expect(samples.value('socket_pool_picture_age_seconds')).toBe(30);
    expect(samples.value('socket_pool_in_flight', { pool: 'orders' })).toBe(4);
  });
});

describe('the greatest lag', () => {
  it('starts anew with every scrape', async () => {
    const stage = new MetricsStage();
    expect((await stage.scrape()).value('socket_pool_loop_lag_max_seconds')).toBe(0.345);
    expect((await stage.scrape()).value('socket_pool_loop_lag_max_seconds')).toBe(0);
  });

  it('is shared by scrapes that come at once', async () => {
    const stage = new MetricsStage();
    const both = await Promise.all([stage.scrape(), stage.scrape()]);
    const shown = both.map((samples) => samples.value('socket_pool_loop_lag_max_seconds'));
    expect(shown).toEqual([0.345, 0.345]);
  });
});

describe('phase and availability', () => {
  it('are each 1 in one place', async () => {
    const stage = new MetricsStage();
    stage.phase = ServicePhase.Draining;
    stage.wanted = Availability.Offline;
    const samples = await stage.scrape();
    expect(samples.value('socket_pool_service_phase', { phase: 'draining' })).toBe(1);
    expect(samples.sum('socket_pool_service_phase')).toBe(1);
    const offline = { availability: 'offline' };
    expect(samples.value('socket_pool_service_availability', offline)).toBe(1);
    expect(samples.sum('socket_pool_service_availability')).toBe(1);
  });
});

describe('a pool that is closed and made anew', () => {
  const fresh = poolSnapshot({ name: 'orders' });

  it('goes on counting where the old one ended', async () => {
    const stage = new MetricsStage().show(picture());
    stage.show(picture({ pools: [fresh] }));
    const samples = await stage.scrape();
    const orders = { pool: 'orders' };
    expect(samples.value('socket_pool_calls_started_total', orders)).toBe(1_012);
    expect(samples.value('socket_pool_connects_established_total', orders)).toBe(14);
    const refused = { ...orders, cause: 'refused' };
    expect(samples.value('socket_pool_connect_failures_total', refused)).toBe(5);
    expect(samples.value('socket_pool_call_duration_seconds_count', orders)).toBe(990);
    expect(samples.value('socket_pool_call_duration_seconds_sum', orders)).toBe(612.5);
  });

  it('shows its gauges as they are', async () => {
    const stage = new MetricsStage().show(picture()).show(picture({ pools: [fresh] }));
    const samples = await stage.scrape();
    expect(samples.value('socket_pool_waiters', { pool: 'orders' })).toBe(0);
  });

  it('is not forgotten while it is away', async () => {
    const stage = new MetricsStage().show(picture()).show(picture({ pools: [] }));
    expect((await stage.scrape()).has('socket_pool_calls_started_total')).toBe(false);
    stage.show(picture({ pools: [fresh] }));
    const started = (await stage.scrape()).value('socket_pool_calls_started_total', {
      pool: 'orders',
    });
    expect(started).toBe(1_012);
  });
});

describe('the table of sockets', () => {
  it('is not waited for longer than a scrape may take', async () => {
    const stage = new MetricsStage();
    // The first scrape loads prom-client, which no clock of ours counts.
    await stage.scrape();
    let finish: () => void = () => {};
    stage.readTcp = () => new Promise((resolve) => (finish = () => resolve(undefined)));
    const scrape = stage.scrape();
    await stage.clock.advanceAsync(50);
    expect((await scrape).has('socket_pool_kernel_tcp_connections')).toBe(true);
    finish();
  });

  it('leaves no timer behind', async () => {
    const stage = new MetricsStage();
    await stage.scrape();
    expect(stage.clock.timerCount).toBe(0);
  });
});

describe('prom-client', () => {
  afterEach(() => register.clear());

  it('is named when it is missing', async () => {
    const loadClient = () => Promise.reject(new Error('Cannot find package'));
    const { exposition } = new MetricsStage({ loadClient });
    await expect(exposition.render()).rejects.toThrow(MetricsUnavailableError);
    await expect(exposition.render()).rejects.toThrow('npm install prom-client');
  });

  it('may have metrics of the user’s own controllers, which follow', async () => {
    const { Counter } = await import('prom-client');
    new Counter({ name: 'my_own_total', help: 'Mine.' }).inc(5);
    const samples = await new MetricsStage().show(picture()).scrape();
    expect(samples.value('my_own_total')).toBe(5);
    expect(samples.has('socket_pool_waiters')).toBe(true);
  });

  it('loses only those when they fail', async () => {
    const { Gauge } = await import('prom-client');
    const collect = (): never => {
      throw new Error('broken');
    };
    new Gauge({ name: 'my_broken', help: 'Mine.', collect });
    const samples = await new MetricsStage().show(picture()).scrape();
    expect(samples.has('socket_pool_waiters')).toBe(true);
    expect(samples.has('my_broken')).toBe(false);
  });
});

describe('the number of series', () => {
  it('does not grow with connections, endpoints or ports of peers', async () => {
    const count = async (times: number): Promise<number> => {
      const endpoints = Array.from({ length: times }, () => POOL.endpoints[0]!);
      const connections = Array.from({ length: times }, () => SERVER.connections[0]!);
      const stage = new MetricsStage();
      const ports = Array.from({ length: times }, (_, n) => ({
        ...stage.tcp!.remote[0]!,
        port: n,
      }));
      stage.tcp = { ...stage.tcp!, remote: ports };
      stage.show(
        picture({ pools: [{ ...POOL, endpoints }], servers: [{ ...SERVER, connections }] }),
      );
      return (await stage.scrape()).values.size;
    };
    expect(await count(1_000)).toBe(await count(1));
  });
});

function labelNamesOf(series: string): string[] {
  return [...series.matchAll(/[{,]([a-z_]+)="/g)].map(([, label]) => label!).sort();
}
