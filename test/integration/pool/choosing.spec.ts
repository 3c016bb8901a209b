import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../lib/common/clock.js';
import { StaticDiscovery } from '../../../lib/discovery/static-discovery.js';
import type { PoolOptionsInput } from '../../../lib/pool/pool-options.js';
import type { SocketPool } from '../../../lib/pool/socket-pool.js';
import {
  callsOn,
  labelsOf,
  Load,
  openPool,
  openService,
  settled,
} from '../../support/socket-stage.js';
import type { TestService } from '../../support/test-service.js';
import { until } from '../../support/until.js';

/** Real instances, each in the zone given, and a pool that is connected to all of them. */
async function connected(
  zones: readonly string[],
  balancing: NonNullable<PoolOptionsInput['balancing']>,
): Promise<{ services: TestService[]; pool: SocketPool }> {
  const services = await Promise.all(zones.map(() => openService()));
  const endpoints = services.map(({ address }, index) => ({ address, zone: zones[index]! }));
  const pool = openPool({ discovery: new StaticDiscovery(endpoints), balancing });
  pool.start();
  await until(() => pool.state === 'ready', 'all endpoints are connected');
  return { services, pool };
}

const countsOf = (services: readonly TestService[]): number[] =>
  services.map((service) => service.requests.length);

describe('choosing among real instances', () => {
  it('takes the one of the key, and another when it is gone, without a failed call', async () => {
    const { services, pool } = await connected(['a', 'a', 'a'], {});
    const load = { stickyKey: 'tenant 7', deadlineMs: 10_000 };
    for (let round = 0; round < 20; round++) await settled(callsOn(pool, 1, load));
    const [own] = services.filter((service) => service.requests.length > 0);
    expect(countsOf(services).sort((a, b) => a - b)).toEqual([0, 0, 20]);
    await own!.stopListening();
    own!.goAway();
    const sinks = callsOn(pool, 20, load);
    await settled(sinks);
    expect(labelsOf(sinks)).toEqual({ complete: 20 });
    expect(own!.requests.length).toBe(20);
  });

  it('stays in the zone under load, and leaves it with its last instance', async () => {
    const { services, pool } = await connected(['here', 'here', 'there', 'there'], {
      zone: 'here',
    });
    const load = new Load(pool, 20);
    await until(() => countsOf(services)[0]! + countsOf(services)[1]! > 2_000, 'calls are made');
    expect(countsOf(services).slice(2)).toEqual([0, 0]);
    for (const service of services.slice(0, 2)) {
      await service.stopListening();
      service.goAway();
    }
    await until(() => countsOf(services)[2]! + countsOf(services)[3]! > 500, 'calls go elsewhere');
    const sinks = await load.stop();
    expect(labelsOf(sinks)).toEqual({ complete: sinks.length });
  });

  it('leaves an instance that is ten times slower, by latency', async () => {
    const { services, pool } = await connected(['a', 'a', 'a', 'a'], { policy: 'peak-ewma' });
    services.forEach((service, index) => {
      const ms = index === 0 ? 100 : 10;
      service.answer = (stream) => void systemClock.schedule(ms, () => stream.respond('done'));
    });
    const load = new Load(pool, 16);
    await until(() => countsOf(services).reduce((sum, each) => sum + each, 0) > 1_000, 'calls');
    const sinks = await load.stop();
    expect(labelsOf(sinks)).toEqual({ complete: sinks.length });
    expect(countsOf(services)[0]! / sinks.length).toBeLessThan(0.1);
  });
});
