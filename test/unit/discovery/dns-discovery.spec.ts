import { beforeEach, describe, expect, it } from 'vitest';
import { DnsDiscovery } from '../../../lib/discovery/dns-discovery.js';
import type { DnsDiscoveryOptions } from '../../../lib/discovery/dns-options.js';
import { ManualClock } from '../../support/manual-clock.js';
import { ScriptedResolver } from '../../support/scripted-resolver.js';
import { WatchedDiscovery } from '../../support/watched-discovery.js';

const HOST = 'orders.internal';
const SERVICE = '_orders._tcp.internal';

describe('DnsDiscovery', () => {
  let clock: ManualClock;
  let resolver: ScriptedResolver;

  const watch = async (options: Partial<DnsDiscoveryOptions> = {}): Promise<WatchedDiscovery> => {
    const input = { name: HOST, port: 4000, resolver, ...options };
    const watched = new WatchedDiscovery(new DnsDiscovery(input, { clock, random: () => 0 }));
    await clock.settle();
    return watched;
  };
  const watchService = (options: Partial<DnsDiscoveryOptions> = {}): Promise<WatchedDiscovery> =>
    watch({ name: SERVICE, port: undefined, ...options });

  beforeEach(() => {
    clock = new ManualClock();
    resolver = new ScriptedResolver();
    resolver.hosts.set(HOST, ['10.0.0.1', '10.0.0.2']);
  });

  describe('of a host', () => {
    it('finds one endpoint per address, and keeps their keys as they come and go', async () => {
      const watched = await watch();
      expect(watched.found).toEqual(['tcp://10.0.0.1:4000 1', 'tcp://10.0.0.2:4000 1']);
      const [first] = watched.reports[0]!;
      expect(first).toMatchObject({ key: 'tcp://10.0.0.1:4000', serverName: HOST });
      resolver.hosts.set(HOST, ['10.0.0.2']);
      await clock.advanceAsync(30_000);
      expect(watched.reports.at(-1)!.map(({ key }) => key)).toEqual(['tcp://10.0.0.2:4000']);
    });

    it('gives calls to the family that comes first, and keeps the other for need', async () => {
      resolver.hosts.set(HOST, ['fd00::1', '10.0.0.1']);
      expect((await watch()).found).toEqual(['tcp://10.0.0.1:4000 0', 'tcp://[fd00::1]:4000 1']);
      expect((await watch({ family: 4 })).found).toEqual(['tcp://10.0.0.1:4000 1']);
      expect((await watch({ family: 6 })).found).toEqual(['tcp://[fd00::1]:4000 1']);
      expect(resolver.questions).toEqual([`${HOST} 0`, `${HOST} 4`, `${HOST} 6`]);
    });

    it('says why there is none, and keeps what there was', async () => {
      const watched = await watch();
      resolver.hosts.delete(HOST);
      await clock.advanceAsync(30_000);
      expect(watched.errors).toMatchObject([
        { message: `there is no address of ${HOST}: ENOTFOUND ${HOST}` },
      ]);
      expect(watched.reports).toHaveLength(1);
    });

    it('keeps what there was when the resolver fails, or does not answer', async () => {
      const watched = await watch({ timeoutMs: 1_000 });
      resolver.failure = new Error('queryA ESERVFAIL');
      await clock.advanceAsync(30_000);
      expect(watched.errors).toEqual([resolver.failure]);
      resolver.failure = undefined;
      resolver.isSilent = true;
      await clock.advanceAsync(2_000);
      expect(watched.errors[1]!.message).toBe(`dns ${HOST} did not answer within 1000 ms`);
      expect(resolver.givenUp).toBe(1);
      expect(watched.reports).toHaveLength(1);
      resolver.isSilent = false;
      resolver.hosts.set(HOST, ['10.0.0.3']);
      await clock.advanceAsync(30_000);
      expect(watched.found).toEqual(['tcp://10.0.0.3:4000 1']);
    });

    it('asks again when an answer is no longer good', async () => {
      resolver.ttlMs = 4_000;
      await watch();
      await clock.advanceAsync(3_999);
      expect(resolver.questions).toHaveLength(1);
      await clock.advanceAsync(1);
      expect(resolver.questions).toHaveLength(2);
    });

    it('asks in letters that name servers know', async () => {
      resolver.hosts.set('xn--bcher-kva.example', ['10.0.0.9']);
      const watched = await watch({ name: 'bücher.example', scheme: 'tls' });
      expect(watched.reports[0]).toMatchObject([
        { address: 'tls://10.0.0.9:4000', serverName: 'xn--bcher-kva.example' },
      ]);
    });
  });

  describe('of a service', () => {
    const record = (name: string, priority: number, weight: number) => ({
      name,
      port: 4000,
      priority,
      weight,
    });

    beforeEach(() => {
      for (const [at, name] of ['a', 'b', 'c'].entries())
        resolver.hosts.set(name, [`10.0.0.${at + 1}`]);
    });

    it('takes weights from the records', async () => {
      resolver.records.set(SERVICE, [record('a', 10, 60), record('b', 10, 20), record('c', 10, 0)]);
      const watched = await watchService();
      expect(watched.found).toEqual([
        'tcp://10.0.0.1:4000 60',
        'tcp://10.0.0.2:4000 20',
        'tcp://10.0.0.3:4000 0.1',
      ]);
      expect(watched.reports[0]![0]).toMatchObject({ serverName: 'a' });
    });

    it('keeps all but the lowest priority for need', async () => {
      resolver.records.set(SERVICE, [record('a', 20, 60), record('b', 10, 0), record('c', 30, 5)]);
      expect((await watchService()).found).toEqual([
        'tcp://10.0.0.1:4000 0',
        'tcp://10.0.0.2:4000 1',
        'tcp://10.0.0.3:4000 0',
      ]);
    });

    it('shares the weight of a host among its addresses', async () => {
      resolver.hosts.set('a', ['10.0.0.1', '10.0.0.4', 'fd00::1']);
      resolver.records.set(SERVICE, [record('a.', 0, 10), record('b', 0, 10)]);
      resolver.hosts.set('a.', resolver.hosts.get('a')!);
      const watched = await watchService();
      expect(watched.found).toEqual([
        'tcp://10.0.0.1:4000 5',
        'tcp://10.0.0.2:4000 10',
        'tcp://10.0.0.4:4000 5',
        'tcp://[fd00::1]:4000 0',
      ]);
      expect(watched.reports[0]![0]!.serverName).toBe('a');
    });

    it('names an address that two records lead to once, by the better one', async () => {
      resolver.records.set(SERVICE, [record('b', 2, 5), record('a', 1, 5)]);
      resolver.hosts.set('b', ['10.0.0.1']);
      expect((await watchService()).found).toEqual(['tcp://10.0.0.1:4000 5']);
    });

    it('leaves out a host that has no address, and fails where one could not be asked for', async () => {
      resolver.records.set(SERVICE, [record('a', 0, 1), record('gone', 0, 1)]);
      const watched = await watchService();
      expect(watched.found).toEqual(['tcp://10.0.0.1:4000 1']);
      resolver.failure = new Error('ETIMEOUT');
      await clock.advanceAsync(30_000);
      expect(watched.errors).toEqual([resolver.failure]);
      expect(watched.reports).toHaveLength(1);
    });

    it.each([[[]], [[record('.', 0, 0)]]])('finds none in %o', async (records) => {
      resolver.records.set(SERVICE, records);
      const watched = await watchService();
      expect(watched.errors[0]!.message).toBe(`there is no address of ${SERVICE}`);
      expect((await watchService({ whenEmpty: 'accept' })).reports).toEqual([[]]);
    });

    it('asks for many hosts a few at a time', async () => {
      const names = Array.from({ length: 50 }, (_, at) => `h${at}`);
      for (const [at, name] of names.entries()) resolver.hosts.set(name, [`10.0.1.${at}`]);
      resolver.records.set(
        SERVICE,
        names.map((name) => record(name, 0, 1)),
      );
      const watched = await watchService();
      for (let round = 0; round < 10; round++) await clock.settle();
      expect(watched.reports[0]).toHaveLength(50);
      expect(resolver.mostAtOnce).toBe(8);
    });
  });

  it.each([
    [{ port: 4000 }, /name: there is none/],
    [{ name: '10.0.0.7', port: 1 }, /name: '10\.0\.0\.7' is not a name/],
    [{ name: 'or ders', port: 1 }, /name: 'or ders' is not a name/],
    [{ name: 'a..b', port: 1 }, /name: 'a\.\.b' is not a name/],
    [{ name: 'a', port: 65_536 }, /port: 65536 is not a whole number from 1 to 65535/],
    [{ name: 'a', family: 5 }, /family: 5 is not 0, 4 or 6/],
    [{ name: 'a', resolver: {} }, /resolver: an object is not 'system', 'dns', or/],
    [{ name: 'a', intervalMs: 100 }, /minIntervalMs: 1000 is more than intervalMs, 100/],
  ])('refuses %o', (options, problem) => {
    expect(() => new DnsDiscovery(options as DnsDiscoveryOptions)).toThrow(problem);
  });
});
