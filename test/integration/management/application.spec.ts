import { Logger } from '@nestjs/common';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Availability } from '../../../lib/management/management.contract.js';
import { certificates } from '../../support/certificates.js';
import { ACT, InlineManagement } from '../../support/inline-management.js';
import { endpointSnapshot, poolSnapshot } from '../../support/snapshots.js';

beforeAll(() => Logger.overrideLogger(false));

const OWN = new URL('./fixtures/own-controllers.mjs', import.meta.url).href;

describe('the management application', () => {
  it('says plainly when it is not isolated', async () => {
    const management = await InlineManagement.start();
    management.show();
    for (const path of ['/health/live', '/pools', '/lifecycle', '/diagnostics/incidents']) {
      const { body } = await management.ask(path);
      expect(body.service).toMatchObject({ isolation: 'inline', notice: expect.any(String) });
    }
  });

  it('knows nothing before the first picture, and says so', async () => {
    const management = await InlineManagement.start();
    expect((await management.ask('/health/live')).status).toBe(200);
    expect((await management.ask('/health/startup')).status).toBe(503);
    const { status, body } = await management.ask('/pools');
    expect([status, body.message]).toEqual([503, 'nothing is known of the service yet']);
    expect((await management.ask('/lifecycle')).body.service.picture).toBeNull();
  });

  it('asks for a picture where readiness depends on it', async () => {
    const management = await InlineManagement.start();
    expect((await management.ask('/health/ready')).status).toBe(200);
    expect(management.commands).toEqual([{ kind: 'picture' }]);
  });

  it('has controllers of the user’s own, behind the same gate', async () => {
    const management = await InlineManagement.start({ controllers: OWN, token: ACT });
    expect((await management.ask('/build')).status).toBe(401);
    expect((await management.ask('/build', { token: ACT })).body).toEqual({ build: 'abc123' });
    const failed = await management.ask('/build/fail', { token: ACT });
    expect(failed.status).toBe(500);
    expect(failed.body).toEqual({ statusCode: 500, message: 'Internal server error' });
  });

  it('does not start with controllers that cannot be loaded', async () => {
    const start = InlineManagement.start({ controllers: 'file:///nowhere.mjs' });
    await expect(start).rejects.toThrow(/^controllers: file:\/\/\/nowhere\.mjs cannot be used/);
    const empty = InlineManagement.start({ controllers: 'data:text/javascript,export{}' });
    await expect(empty).rejects.toThrow(/it has no default export/);
  });

  it('speaks TLS with a certificate from files', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'management-tls-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const tls = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
    writeFileSync(tls.cert, certificates().server.cert);
    writeFileSync(tls.key, certificates().server.key);
    const management = await InlineManagement.start({ tls });
    expect(management.address).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const headers = { origin: management.address };
    expect((await management.ask('/health/live', { headers })).status).toBe(200);
    const missing = InlineManagement.start({ tls: { ...tls, key: join(folder, 'gone.pem') } });
    await expect(missing).rejects.toThrow('ENOENT');
  });

  it('says what to do about a port that is taken', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(InlineManagement.start({ port })).rejects.toThrow(
      `the management port cannot be opened at 127.0.0.1:${port}: another process, or another part of this one, listens there; choose another \`port\`, or 0 for any (EADDRINUSE)`,
    );
    await expect(InlineManagement.start({ host: '192.0.2.1' })).rejects.toThrow('EADDRNOTAVAIL');
  });

  it('can be asked at any address it listens at', async () => {
    const management = await InlineManagement.start({ host: '::1' });
    expect(management.address).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await management.ask('/health/live')).status).toBe(200);
    const anywhere = await InlineManagement.start({ host: '0.0.0.0', token: ACT });
    anywhere.address = anywhere.address.replace('0.0.0.0', '127.0.0.1');
    expect((await anywhere.ask('/health/live')).status).toBe(200);
    const local = await InlineManagement.start({ host: 'localhost' });
    expect(local.address).toMatch(/^http:\/\/localhost:\d+$/);
    expect((await local.ask('/health/live')).status).toBe(200);
  });

  it('has no page when that is switched off', async () => {
    const management = await InlineManagement.start({ page: false });
    expect((await management.ask('/')).status).toBe(404);
  });
});

describe('control', () => {
  const TOKEN = { token: ACT };

  it('sends commands to the service, and shows what came of them', async () => {
    const management = await InlineManagement.start(TOKEN);
    management.show({ pools: [poolSnapshot({ endpoints: [endpointSnapshot()] })] });
    const resized = await management.ask('/pools/orders', {
      ...{ method: 'PATCH', token: ACT },
      body: { minConnections: 2, highWatermark: 64 },
    });
    expect(resized.status).toBe(200);
    expect(resized.body).toMatchObject({ isApplied: true, pool: { name: 'orders' } });
    expect(resized.body.service.picture.ageMs).toBeLessThan(500);
    management.show({ pools: [poolSnapshot({ endpoints: [endpointSnapshot()] })] });
    const path = '/pools/orders/endpoints/10.0.0.7:4000/weight';
    await management.ask(path, { method: 'POST', token: ACT, body: { weight: 0.5 } });
    expect(management.commands.filter(({ kind }) => kind !== 'picture')).toEqual([
      { kind: 'resizePool', pool: 'orders', sizing: { minConnections: 2, highWatermark: 64 } },
      {
        ...{ kind: 'endpoint', pool: 'orders', endpoint: 'tcp://10.0.0.7:4000' },
        ...{ action: 'weight', weight: 0.5 },
      },
    ]);
  });

  it('passes on why the service refuses', async () => {
    const management = await InlineManagement.start(TOKEN);
    management.show({ pools: [poolSnapshot()] });
    management.answer = () => {
      throw Object.assign(new Error('maxConnections: too few'), { code: 'INVALID_OPTIONS' });
    };
    const { status, body } = await management.ask('/pools/orders', {
      ...{ method: 'PATCH', token: ACT },
      body: { maxConnections: 0 },
    });
    expect([status, body.message]).toEqual([400, 'maxConnections: too few']);
  });

  it('lists connections in portions', async () => {
    const management = await InlineManagement.start();
    management.show({ pools: [poolSnapshot()] });
    const { body } = await management.ask('/connections?owner=pool%20orders&limit=1');
    expect(body).toMatchObject({ total: 1, connections: [{ owner: 'pool orders', id: 1 }] });
    expect((await management.ask('/connections?owner=nobody')).body.total).toBe(0);
    expect((await management.ask('/connections?limit=x')).status).toBe(400);
    expect((await management.ask('/connections?offset=5')).body.connections).toEqual([]);
  });

  it('takes the instance out of service and puts it back; there is no way back from a drain', async () => {
    const management = await InlineManagement.start({ ...TOKEN, drain: { limitMs: 60_000 } });
    management.show();
    const act = (action: string) =>
      management.ask(`/lifecycle/${action}`, { method: 'POST', token: ACT });
    const offline = await act('offline');
    expect(offline.body).toMatchObject({ wanted: 'offline', readiness: 'effective' });
    const { status, body } = await management.ask('/health/ready', { token: ACT });
    expect(status).toBe(503);
    expect(body.error.lifecycle.message).toBe('the service was taken offline');
    expect((await act('online')).body.wanted).toBe('online');
    expect((await management.ask('/health/ready')).status).toBe(200);
    const drained = await act('drain');
    expect(drained.body.drain.remainingMs).toBeGreaterThan(50_000);
    expect(management.service.cells.wanted).toBe(Availability.Draining);
    expect((await act('online')).status).toBe(409);
    const { body: events } = await management.ask('/diagnostics/events?source=management', {
      token: ACT,
    });
    expect(events.events.map(({ name }: { name: string }) => name)).toEqual([
      ...['offline', 'online', 'draining'],
    ]);
  });
});
