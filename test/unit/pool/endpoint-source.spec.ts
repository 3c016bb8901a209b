import { describe, expect, it } from 'vitest';
import { DnsDiscovery } from '../../../lib/discovery/dns-discovery.js';
import { StaticDiscovery } from '../../../lib/discovery/static-discovery.js';
import { discoveryOf } from '../../../lib/pool/endpoint-source.js';
import { resolvePoolOptions } from '../../../lib/pool/create-socket-pool.js';
import type { PoolOptionsInput } from '../../../lib/pool/pool-options.js';
import { ChangingDiscovery } from '../../support/changing-discovery.js';
import { ManualClock } from '../../support/manual-clock.js';
import { ScriptedResolver } from '../../support/scripted-resolver.js';
import { WatchedDiscovery } from '../../support/watched-discovery.js';

const STATIC = [
  'tcp://10.0.0.7:4000',
  'tls://[::1]:4000',
  'tcp://[fe80::1%eth0]:4000',
  'unix:/run/orders.sock',
  'tcp://localhost:4000',
  'tcp://LOCALHOST.:4000',
  'tcp://orders.localhost:4000',
];

function open(input: PoolOptionsInput, isPlain = false) {
  const clock = new ManualClock();
  const resolver = new ScriptedResolver();
  const dns = input.dns === false ? false : { resolver, ...input.dns };
  const options = resolvePoolOptions({ ...input, dns });
  const discovery = discoveryOf(options, { clock, random: () => 0 }, isPlain);
  return { clock, resolver, discovery };
}

describe('the endpoints of a pool', () => {
  it('are taken from the user’s own source where there is one', () => {
    const own = new ChangingDiscovery();
    expect(open({ discovery: own }).discovery).toBe(own);
  });

  it('stay as they are where they are addresses, or the machine itself', () => {
    const { discovery } = open({ endpoints: STATIC });
    expect(discovery).toBeInstanceOf(StaticDiscovery);
    const { reports } = new WatchedDiscovery(discovery);
    expect(reports[0]!.map(({ address }) => address)).toEqual(STATIC);
  });

  it('are looked up where they are names', async () => {
    const endpoints = ['tls://orders:4000', 'tcp://10.9.9.9:1'];
    const { discovery, resolver, clock } = open({
      endpoints,
      dns: { intervalMs: 5_000, jitterRatio: 0, whenEmpty: 'keep' },
    });
    resolver.hosts.set('orders', ['10.0.0.1', '10.0.0.2']);
    const watched = new WatchedDiscovery(discovery);
    expect(watched.found).toEqual(['tcp://10.9.9.9:1 1']);
    await clock.settle();
    expect(watched.found).toEqual([
      'tcp://10.9.9.9:1 1',
      'tls://10.0.0.1:4000 1',
      'tls://10.0.0.2:4000 1',
    ]);
    expect(watched.reports.at(-1)!.map((each) => each.serverName)).toEqual([
      undefined,
      'orders',
      'orders',
    ]);
    resolver.hosts.set('orders', ['10.0.0.2']);
    await clock.advanceAsync(5_000);
    expect(watched.found).toEqual(['tcp://10.9.9.9:1 1', 'tls://10.0.0.2:4000 1']);
    watched.dispose();
    expect(clock.timerCount).toBe(0);
  });

  it('are the names themselves as long as they were never found', async () => {
    const { discovery, resolver, clock } = open({ endpoints: ['tcp://orders:4000'] });
    const watched = new WatchedDiscovery(discovery);
    await clock.settle();
    expect(watched.found).toEqual(['tcp://orders:4000 1']);
    expect(watched.errors).toHaveLength(1);
    resolver.hosts.set('orders', ['10.0.0.1']);
    discovery.refresh?.();
    await clock.advanceAsync(1_000);
    expect(watched.found).toEqual(['tcp://10.0.0.1:4000 1']);
    resolver.failure = new Error('out of order');
    await clock.advanceAsync(60_000);
    expect(watched.found).toEqual(['tcp://10.0.0.1:4000 1']);
  });

  it('are left to each connect where that is wanted, except what only name servers know', () => {
    const endpoints = ['tcp://orders:4000'];
    expect(open({ endpoints, dns: false }).discovery).toBeInstanceOf(StaticDiscovery);
    expect(open({ endpoints }, true).discovery).toBeInstanceOf(StaticDiscovery);
    for (const name of ['srv://_orders._tcp.internal', 'dns://orders:4000'])
      expect(open({ endpoints: [name], dns: false }).discovery).toBeInstanceOf(DnsDiscovery);
  });

  it('name what they come from', () => {
    const endpoints = ['tcp://a:1', 'srv://_b._tcp.c', 'tcp://10.0.0.1:1'];
    expect(open({ endpoints }).discovery.name).toBe('static, dns a, srv _b._tcp.c');
  });

  it.each([
    [{ endpoints: ['srv://_a._tcp.b:4000'] }, /endpoints: \['srv:\/\/_a\._tcp\.b:4000'\] is not/],
    [{ endpoints: ['dns://10.0.0.7:4000'] }, /endpoints: /],
    [
      { endpoints: ['tcp://a:1'], dns: { intervalMs: 500 } },
      /dns\.minIntervalMs: 1000 is more than dns\.intervalMs, 500/,
    ],
    [{ endpoints: ['tcp://a:1'], dns: { family: 5 as never } }, /dns\.family: 5 is not 0, 4 or 6/],
  ])('are refused: %o', (input, problem) => {
    expect(() => resolvePoolOptions(input)).toThrow(problem);
  });
});
