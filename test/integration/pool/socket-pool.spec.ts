import { describe, expect, it } from 'vitest';
import { certificates } from '../../support/certificates.js';
import { FaultProxy } from '../../support/fault-proxy.js';
import {
  callOn,
  callsOn,
  labelsOf,
  Load,
  openPool,
  openService,
  openSockets,
  portOf,
  settled,
} from '../../support/socket-stage.js';
import { until } from '../../support/until.js';

const QUICK = { reconnect: { initialBackoffMs: 10, maxBackoffMs: 50, spreadMs: 20 } };

describe('a pool over real sockets', () => {
  it.each(['tcp://127.0.0.1:0', 'tls://127.0.0.1:0', 'unix:/tmp/socket-pool-test-%.sock'])(
    'calls over %s, and closes every socket',
    async (address) => {
      const service = await openService(address.replace('%', String(process.pid)));
      const before = openSockets();
      const pool = openPool({
        endpoints: [service.address],
        tlsOptions: address.startsWith('tls') ? { ca: certificates().ca } : undefined,
        link: { keepAliveMs: 60_000 },
        pool: { minConnections: 2 },
      });
      const sinks = callsOn(pool, 1_000, { payload: { text: 'ä'.repeat(100) } });
      await settled(sinks);
      expect(labelsOf(sinks)).toEqual({ complete: 1_000 });
      expect(await pool.ping()).toBeGreaterThan(0);
      await pool.close();
      await until(() => openSockets() <= before, 'all sockets are closed');
      expect(service.connections.size).toBe(0);
    },
  );

  it('does not trust a server that nobody vouches for', async () => {
    const service = await openService('tls://127.0.0.1:0');
    const pool = openPool({ endpoints: [service.address], tlsOptions: {} });
    await expect(pool.ready()).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
    expect(pool.snapshot().connects.failed.tls).toBe(1);
  });

  it('gives a peer up that accepts and never speaks', async () => {
    const proxy = await FaultProxy.open(1, { isMute: true });
    const pool = openPool({ endpoints: [proxy.address], connectTimeoutMs: 100 });
    await expect(pool.ready()).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT' });
    await pool.close();
    await until(() => proxy.openConnections === 0, 'the link is let go');
    await proxy.close();
  });

  it('fails no call when connections reach their lifetime under load', async () => {
    const service = await openService();
    const pool = openPool({
      endpoints: [service.address],
      pool: { minConnections: 2, lifetimeMs: 300 },
    });
    const load = new Load(pool, 20);
    const replaced = (): number => pool.snapshot().closes.active.lifetime;
    await until(() => replaced() >= 4, 'connections were replaced', 15_000);
    const sinks = await load.stop();
    expect(labelsOf(sinks)).toEqual({ complete: sinks.length });
  });

  it('fails no call while instances restart one after the other', async () => {
    const services = [await openService(), await openService()];
    const pool = openPool({ endpoints: services.map((each) => each.address), ...QUICK });
    await pool.ready();
    const load = new Load(pool, 20);
    for (const service of services) {
      await until(() => pool.state === 'ready', 'both instances are connected');
      const { address } = service;
      await service.stopListening();
      service.goAway();
      await until(() => service.connections.size === 0, 'the clients are gone');
      await until(() => pool.state === 'degraded', 'the pool has noticed');
      await openService(address);
    }
    await until(() => pool.state === 'ready', 'both instances are connected again');
    const sinks = await load.stop();
    expect(labelsOf(sinks)).toEqual({ complete: sinks.length });
  });

  it('finds back to a service that was gone', async () => {
    const service = await openService();
    const proxy = await FaultProxy.open(portOf(service));
    const pool = openPool({ endpoints: [proxy.address], ...QUICK });
    await pool.ready();
    const { port } = proxy;
    await proxy.close();
    await until(() => pool.state === 'unavailable', 'the loss is noticed');
    const waiting = callOn(pool);
    await openService(`tcp://127.0.0.1:${port}`);
    await settled([waiting]);
    expect(waiting.label).toBe('complete');
  });
});
