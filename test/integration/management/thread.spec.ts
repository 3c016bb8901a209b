/** The management thread: how it starts and ends, and how it ends the process. Runs the built worker. */
import { setTimeout as sleep } from 'node:timers/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CONTRACT_VERSION } from '../../../lib/management/management.contract.js';
import { ManagedProcess } from '../../support/managed-process.js';
import { until } from '../../support/until.js';

const TOKEN = 'the-token-to-act-with';
const act = { method: 'POST', token: TOKEN };

describe('the management thread', () => {
  it('tells where it listens, and ends in order', async () => {
    const service = await ManagedProcess.start();
    expect(service.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(service.messages[0]).toMatchObject({ type: 'ready', version: CONTRACT_VERSION });
    await service.tell('close');
    const hasEnded = () => service.messages.some(({ type }) => type === 'workerExit');
    await until(hasEnded, 'the thread ended');
    expect(service.messages.at(-1)).toEqual({ type: 'workerExit', code: 0 });
    await expect(service.ask('/health/live')).rejects.toThrow('ECONNREFUSED');
  });

  it.each([
    ['a port that is taken', 'port', /cannot be opened at 127\.0\.0\.1:\d+: another process/],
    ['checks that there are none of', 'groups', /there is no check 'nothing'/],
    ['addresses that are none', 'addresses', /allowedAddresses: 'nowhere' is not an address/],
  ])('does not start with %s, and says so', async (_, what, message) => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const bad: Record<string, object> = {
      port: { port: (other.address() as AddressInfo).port },
      groups: { probes: { groups: { ready: ['nothing'] } } },
      addresses: { allowedAddresses: ['nowhere'] },
    };
    await expect(ManagedProcess.start({ options: bad[what] })).rejects.toThrow(message);
  });

  it('does not start with a service of another version', async () => {
    await expect(ManagedProcess.start({ version: 99 })).rejects.toThrow(
      `the service speaks version 99 of the contract, management ${CONTRACT_VERSION}`,
    );
  });

  it('writes its log at once, also the console of own controllers', async () => {
    const controllers = new URL('./fixtures/own-controllers.mjs', import.meta.url).href;
    const service = await ManagedProcess.start({ options: { controllers, token: TOKEN } });
    await service.block('loop', 2_000);
    await sleep(50);
    await service.ask('/build/fail', { token: TOKEN });
    await until(() => service.output.includes('the inner reason'), 'it is in the log', 1_000);
    expect(service.output).not.toContain('Nest application successfully started');
  });
});

describe('a drain that was asked for through the management port', () => {
  const options = { token: TOKEN, drain: { limitMs: 1_000, exitCode: 75 } };

  it.each([
    ['forever', /in spinForEver \(/],
    ['regex', /in backtrackForTooLong /],
    ['atomics', /in waitForTooLong /],
    ['microtasks', /in endlessMicrotask /],
    ['file', /in native code, /],
    ['child', /in native code with a loop of its own/],
  ])('ends a process that is stuck (%s) with its exit code', async (kind, where) => {
    const folder = mkdtempSync(join(tmpdir(), 'drain-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const service = await ManagedProcess.start({ options, fifo: join(folder, 'fifo') });
    await service.block(kind, 20_000);
    await sleep(200);
    const asked = await service.ask('/lifecycle/drain', act);
    expect(asked.status).toBe(202);
    expect(asked.body).toMatchObject({ wanted: 'draining', drain: { isDrained: false } });
    const startedAt = performance.now();
    await expect(service.ended()).resolves.toEqual({ code: 75, signal: null });
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(service.output).toContain('the drain did not end within 1000 ms');
    expect(service.output).toMatch(where);
  });

  it('leaves a process alone whose service drains', async () => {
    const service = await ManagedProcess.start({ options, address: 'tcp://127.0.0.1:0' });
    await service.tell('closeServer');
    const { status, body } = await service.ask('/lifecycle/drain', act);
    expect(status).toBe(200);
    expect(body.clients).toBe('effective');
    await until(
      async () => (await service.ask('/lifecycle', { token: TOKEN })).body.drain.isDrained,
      'the service has drained',
    );
    await sleep(1_300);
    expect((await service.ask('/health/live')).status).toBe(200);
    expect((await service.ask('/health/ready')).status).toBe(503);
  });
});
