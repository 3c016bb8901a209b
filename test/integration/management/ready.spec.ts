/** Readiness by a round trip through the service's own port. Runs the built worker. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { certificates } from '../../support/certificates.js';
import { ManagedProcess, type ProcessSettings } from '../../support/managed-process.js';
import { until } from '../../support/until.js';

const STRICT = { requestCert: true, rejectUnauthorized: true };

async function readyOf(settings: ProcessSettings) {
  const service = await ManagedProcess.start(settings);
  return { service, answer: await service.ask('/health/ready') };
}

describe('ready', () => {
  it.each(['tcp://127.0.0.1:0', 'tcp://0.0.0.0:0', 'tcp://localhost:0', 'tcp://[::1]:0'])(
    'is a round trip through the port of the service: %s',
    async (address) => {
      const { answer } = await readyOf({ address });
      expect(answer.status).toBe(200);
      expect(answer.body.details['server 0']).toMatchObject({
        status: 'up',
        roundTripMs: expect.any(Number),
        loopLagMs: expect.any(Number),
      });
    },
  );

  it('goes through a unix socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ready-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const { answer } = await readyOf({ address: `unix:${join(folder, 's.sock')}` });
    expect(answer.body.details['server 0']).toMatchObject({ status: 'up' });
  });

  it.each([
    ['', {}],
    [' 1.2, where clients need a certificate', { ...STRICT, maxVersion: 'TLSv1.2' }],
    [' 1.3, where clients need a certificate', STRICT],
  ])('goes through TLS%s', async (_, more) => {
    const serverTls = { ...certificates().server, ca: certificates().ca, ...more };
    const { answer } = await readyOf({ address: 'tls://127.0.0.1:0', serverTls });
    expect(answer.body.details['server 0']).toMatchObject({ status: 'up' });
  });

  it('fails when nothing answers there any more', async () => {
    const { service, answer } = await readyOf({
      address: 'tcp://127.0.0.1:0',
      options: { probes: { cacheMs: 0 } },
    });
    expect(answer.status).toBe(200);
    await service.tell('closeServer');
    const failed = await service.ask('/health/ready');
    expect(failed.status).toBe(503);
    expect(failed.body.error['server 0'].status).toBe('down');
  });

  it('is degraded, and no failure, when the service is full', async () => {
    const { service } = await readyOf({
      address: 'tcp://127.0.0.1:0',
      server: { maxConnections: 1 },
      options: { probes: { cacheMs: 0 } },
    });
    const { body } = await service.ask('/servers');
    const other = connect(Number(body.servers[0].addresses[0].split(':').at(-1)), '127.0.0.1');
    onTestFinished(() => void other.destroy());
    await once(other, 'connect');
    const full = await service.ask('/health/ready');
    expect([full.status, full.body.status]).toEqual([200, 'degraded']);
    expect(full.body.details['server 0'].message).toMatch(/^refused: /);
  });

  it('shares a round trip among a storm of probes', async () => {
    const { service } = await readyOf({
      address: 'tcp://127.0.0.1:0',
      options: { probes: { cacheMs: 5_000, acceptTimeoutMs: 10_000 } },
    });
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => service.ask('/health/ready')),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    await service.tell('report');
    let accepted = 0;
    await until(async () => {
      const { body } = await service.ask('/servers');
      accepted = body.servers[0].accepted;
      return accepted > 0;
    }, 'a picture from after the probes');
    expect(accepted).toBe(1);
  });

  it('shows the user’s indicators as the service found them last, and says when they are stale', async () => {
    const { service } = await readyOf({
      options: { probes: { indicatorIntervalMs: 100, indicatorTimeoutMs: 100 } },
    });
    await service.tell('set', {
      indicators: [{ key: 'database', status: 'down', details: { message: 'no route' } }],
    });
    await until(
      async () => (await service.ask('/health/ready')).body.error.database?.message === 'no route',
      'the indicator fails',
    );
    expect((await service.ask('/health/ready')).status).toBe(503);
    await service.tell('set', {
      indicators: [{ key: 'database', status: 'up', details: {}, checkedAt: Date.now() - 60_000 }],
    });
    await until(
      async () => (await service.ask('/health/ready')).body.details.database?.isStale === true,
      'the indicator is stale',
    );
    const stale = await service.ask('/health/ready');
    expect([stale.status, stale.body.status]).toEqual([200, 'degraded']);
  });
});
