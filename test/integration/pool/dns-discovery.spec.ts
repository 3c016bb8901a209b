import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { DnsDiscovery } from '../../../lib/discovery/dns-discovery.js';
import type { DnsDiscoveryOptions } from '../../../lib/discovery/dns-options.js';
import { NameServerResolver } from '../../../lib/discovery/name-server-resolver.js';
import type { SocketPool } from '../../../lib/pool/socket-pool.js';
import { certificates } from '../../support/certificates.js';
import { NameServer } from '../../support/name-server.js';
import {
  callsOn,
  labelsOf,
  Load,
  openPool,
  openService,
  portOf,
  settled,
} from '../../support/socket-stage.js';
import type { TestService } from '../../support/test-service.js';
import { until } from '../../support/until.js';

const HOST = 'orders.test';
const SERVICE = '_orders._tcp.test';
const QUICK = { intervalMs: 100, minIntervalMs: 20, timeoutMs: 300, jitterRatio: 0 };
const OUTAGE_MS = 1_500;

describe('a pool that finds its endpoints by DNS', () => {
  let server: NameServer;

  const dnsOptions = () => ({
    ...QUICK,
    resolver: new NameServerResolver({ servers: [server.address] }),
  });
  const discover = (options: Partial<DnsDiscoveryOptions>): DnsDiscovery =>
    new DnsDiscovery({ name: HOST, ...dnsOptions(), ...options });

  beforeEach(async ({ onTestFinished: atEnd }) => {
    server = await NameServer.open();
    atEnd(() => server.close());
  });

  it('follows a name from A to A and B to B under load, through an outage, and fails nothing', async () => {
    const a = await openService('tcp://127.0.0.1:0');
    const b = await openService(`tcp://127.0.0.2:${portOf(a)}`);
    const served = counting(a, b);
    server.hosts.set(HOST, ['127.0.0.1']);
    const pool = openPool({ endpoints: [`tcp://${HOST}:${portOf(a)}`], dns: dnsOptions() });
    await pool.ready();
    const load = new Load(pool, 20);
    await until(() => served(a) > 50, 'A is called');
    expect(served(b)).toBe(0);

    server.hosts.set(HOST, ['127.0.0.1', '127.0.0.2']);
    await until(() => served(b) > 50, 'B is called as well');

    server.hosts.set(HOST, ['127.0.0.2']);
    await until(() => endpointsOf(pool).length === 1, 'A is gone');
    const [servedByA, servedByB] = [served(a), served(b)];

    const errors = failuresOf(pool);
    server.mood = 'silent';
    await until(() => errors.length >= 2, 'look-ups fail', OUTAGE_MS + 5_000);
    server.mood = 'failing';
    await until(() => errors.length >= 4, 'look-ups fail in another way', OUTAGE_MS + 5_000);
    expect(endpointsOf(pool)).toEqual([`tcp://127.0.0.2:${portOf(a)}`]);
    expect(served(a)).toBe(servedByA);
    expect(served(b)).toBeGreaterThan(servedByB);

    server.mood = 'answering';
    server.hosts.set(HOST, ['127.0.0.1', '127.0.0.2']);
    await until(() => served(a) > servedByA, 'A is back after the outage');
    const sinks = await load.stop();
    expect(labelsOf(sinks)).toEqual({ complete: sinks.length });
  });

  it('looks a name up as soon as a connection is lost', async () => {
    const a = await openService('tcp://127.0.0.1:0');
    const b = await openService(`tcp://127.0.0.2:${portOf(a)}`);
    server.hosts.set(HOST, ['127.0.0.1']);
    const discovery = discover({ port: portOf(a), intervalMs: 600_000 });
    const pool = openPool({ discovery });
    await pool.ready();
    server.hosts.set(HOST, ['127.0.0.2']);
    await a.stopListening();
    a.kill();
    await until(() => pool.isReady && b.connections.size > 0, 'the pool has moved to B');
    expect(server.questions).toBeLessThan(20);
  });

  it('calls the instances of a service by weight, and the next priority when there is none', async () => {
    const a = await openService('tcp://127.0.0.1:0');
    const b = await openService('tcp://127.0.0.2:0');
    const c = await openService('tcp://127.0.0.3:0');
    const served = counting(a, b, c);
    for (const [at, each] of ['a', 'b', 'c'].entries())
      server.hosts.set(`${each}.test`, [`127.0.0.${at + 1}`]);
    server.services.set(SERVICE, [
      { name: 'a.test', port: portOf(a), priority: 1, weight: 30 },
      { name: 'b.test', port: portOf(b), priority: 1, weight: 10 },
      { name: 'c.test', port: portOf(c), priority: 2, weight: 10 },
    ]);
    const pool = openPool({ discovery: discover({ name: SERVICE, port: undefined }) });
    await pool.ready();
    await until(() => readyEndpoints(pool) === 3, 'all are connected to');
    const load = new Load(pool, 40);
    await until(() => served(a) + served(b) > 2_000, 'calls');
    expect(served(c)).toBe(0);
    expect(served(a)).toBeGreaterThan(served(b) * 1.5);
    await load.stop();

    for (const each of [a, b]) {
      await each.stopListening();
      each.kill();
    }
    await until(() => readyEndpoints(pool) === 1, 'the first priority is lost');
    const second = new Load(pool, 5);
    await until(() => served(c) > 50, 'C is called');
    const sinks = await second.stop();
    expect(labelsOf(sinks)).toEqual({ complete: sinks.length });
  });

  it('wants a certificate for the name, not for the address that was found', async () => {
    const a = await openService('tls://127.0.0.1:0');
    server.hosts.set('localhost', ['127.0.0.1']).set(HOST, ['127.0.0.1']);
    const open = (address: string): SocketPool =>
      openPool({ endpoints: [address], dns: dnsOptions(), tlsOptions: { ca: certificates().ca } });
    await open(`dns+tls://localhost:${portOf(a)}`).ready();
    await expect(open(`tls://${HOST}:${portOf(a)}`).ready()).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
  });

  it('takes over other weights without a new connection', async () => {
    const a = await openService('tcp://127.0.0.1:0');
    server.hosts.set('a.test', ['127.0.0.1']);
    const announce = (weight: number): void =>
      void server.services.set(SERVICE, [{ name: 'a.test', port: portOf(a), weight }]);
    announce(10);
    const pool = openPool({ endpoints: [`srv://${SERVICE}`], dns: dnsOptions() });
    await pool.ready();
    expect(pool.snapshot().endpoints[0]).toMatchObject({ weight: 10, state: 'ready' });
    announce(30);
    await until(() => pool.snapshot().endpoints[0]!.weight === 30, 'the other weight');
    expect(pool.snapshot().connects.attempted).toBe(a.links.length);
    expect(a.connections.size).toBe(a.links.length);
  });

  it('asks again when an answer is no longer good', async () => {
    const a = await openService('tcp://127.0.0.1:0');
    server.hosts.set(HOST, ['127.0.0.1']);
    server.ttlSeconds = 1;
    const pool = openPool({ discovery: discover({ port: portOf(a), intervalMs: 600_000 }) });
    await pool.ready();
    const asked = server.questions;
    await until(() => server.questions > asked, 'the second question');
  });

  it('says that there is no such name, and calls as soon as there is', async () => {
    const a = await openService('tcp://127.0.0.1:0');
    const pool = openPool({ discovery: discover({ port: portOf(a) }) });
    await expect(pool.ready()).rejects.toMatchObject({
      code: 'NO_ENDPOINT',
      message: expect.stringContaining(`there is no address of ${HOST}`),
    });
    server.hosts.set(HOST, ['127.0.0.1']);
    await until(() => pool.isReady, 'the name was found');
  });

  it('gives a question up', async () => {
    server.mood = 'silent';
    const resolver = new NameServerResolver({ servers: [server.address] });
    const controller = new AbortController();
    const asked = resolver.addresses(HOST, 0, controller.signal);
    await until(() => server.questions === 2, 'the questions for both families');
    controller.abort();
    await expect(asked).rejects.toMatchObject({ code: 'ECANCELLED' });
  });

  it('lets calls finish on an instance whose address is gone', async () => {
    const a = await openService('tcp://127.0.0.1:0');
    const b = await openService(`tcp://127.0.0.2:${portOf(a)}`);
    a.answer = () => undefined;
    server.hosts.set(HOST, ['127.0.0.1']);
    const pool = openPool({ endpoints: [`tcp://${HOST}:${portOf(a)}`], dns: dnsOptions() });
    const held = callsOn(pool, 10);
    await until(() => a.open.length === 10, 'the calls are with A');
    server.hosts.set(HOST, ['127.0.0.2']);
    await until(() => stateOf(pool, '127.0.0.1') === 'draining', 'A is drained');
    const others = callsOn(pool, 10);
    await settled(others);
    expect(b.requests).toHaveLength(10);
    for (const stream of a.open) stream.respond('late, but in time');
    await settled(held);
    expect(labelsOf([...held, ...others])).toEqual({ complete: 20 });
    await until(() => a.connections.size === 0, 'A is let go');
    expect(stateOf(pool, '127.0.0.1')).toBeUndefined();
  });
});

it('refuses what is no name server', () => {
  expect(() => new NameServerResolver({ servers: ['nonsense'] })).toThrow(/servers: /);
  expect(() => new NameServerResolver({ servers: [] })).toThrow(/servers: \[\] is not an array/);
});

/** Counts the calls each service answers. */
function counting(...services: TestService[]): (service: TestService) => number {
  const counts = new Map<TestService, number>();
  for (const service of services) {
    service.answer = (stream) => {
      counts.set(service, (counts.get(service) ?? 0) + 1);
      stream.respond(stream.request.payload);
    };
  }
  return (service) => counts.get(service) ?? 0;
}

function failuresOf(pool: SocketPool): Error[] {
  const errors: Error[] = [];
  onTestFinished(pool.on('discoveryFailed', ({ error }) => errors.push(error)));
  return errors;
}

function endpointsOf(pool: SocketPool): string[] {
  return pool.snapshot().endpoints.map(({ address }) => address);
}

function stateOf(pool: SocketPool, host: string): string | undefined {
  return pool.snapshot().endpoints.find(({ address }) => address.includes(host))?.state;
}

function readyEndpoints(pool: SocketPool): number {
  return pool.snapshot().endpoints.filter(({ state }) => state === 'ready').length;
}
