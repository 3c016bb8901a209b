import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../lib/common/clock.js';
import { kernelFiles } from '../../../lib/management/worker/kernel/kernel-files.js';
import { readKernelSettings } from '../../../lib/management/worker/kernel/kernel-settings.js';
import { KernelView } from '../../../lib/management/worker/kernel/kernel-view.js';
import { TcpScan } from '../../../lib/management/worker/kernel/tcp-scan.js';
import { readThreadState } from '../../../lib/management/worker/kernel/thread-state.js';
import { until } from '../../support/until.js';

const CONNECTIONS = 12;

function viewOf() {
  return new KernelView(kernelFiles, systemClock, process.pid).read();
}

describe.runIf(process.platform === 'linux')('the view of this kernel', () => {
  it('agrees with what Node says of the process', () => {
    const before = process.cpuUsage();
    const view = viewOf();
    const after = process.cpuUsage();
    const tick = 20_000;
    expect(view?.usage.cpuUserMicros).toBeGreaterThanOrEqual(before.user - tick);
    expect(view?.usage.cpuUserMicros).toBeLessThanOrEqual(after.user + tick);
    expect(view?.usage.mainThreadCpuUserMicros).toBeGreaterThan(0);
    const rss = process.memoryUsage.rss();
    expect(Math.abs((view?.usage.rssBytes ?? 0) - rss)).toBeLessThan(rss / 2);
    expect(view?.usage.threads).toBeGreaterThan(1);
  });

  it('counts descriptors as they are opened', () => {
    const before = viewOf()?.descriptors;
    const opened = Array.from({ length: 20 }, () => openSync('/dev/null', 'r'));
    const during = viewOf()?.descriptors;
    for (const descriptor of opened) closeSync(descriptor);
    expect(during!.open! - before!.open!).toBe(20);
    expect(during!.limit).toBeGreaterThan(during!.open!);
  });

  it('finds the settings', () => {
    const settings = readKernelSettings(kernelFiles);
    expect(settings.somaxconn).toBeGreaterThan(0);
    expect(settings.localPortRange?.last).toBeGreaterThan(settings.localPortRange?.first ?? 0);
    expect(settings.reservedPorts).toBeInstanceOf(Array);
    expect(settings.tcpSynRetries).toBeGreaterThanOrEqual(0);
  });

  it('sees that this very thread runs', () => {
    const thread = readThreadState(kernelFiles, {
      threadId: process.pid,
      architecture: process.arch,
    });
    expect(thread).toBeDefined();
    expect(thread?.voluntarySwitches).toBeGreaterThanOrEqual(0);
  });

  it('is nothing for what does not exist', () => {
    const path = '/proc/self/no-such-file';
    expect(kernelFiles.text(path)).toBeUndefined();
    expect(kernelFiles.bytes(path)).toBeUndefined();
    expect(kernelFiles.link(path)).toBeUndefined();
    expect(kernelFiles.open(path)).toBeUndefined();
    expect(kernelFiles.entryCount(path)).toBeUndefined();
    expect(kernelFiles.entryCount('/proc/self/task')).toBeGreaterThan(0);
  });
});

describe.runIf(process.platform === 'linux')('the sockets of a port', () => {
  let server: Server;
  let accepted: Socket[];
  let port: number;

  beforeEach(async () => {
    accepted = [];
    server = createServer({ allowHalfOpen: true }, (socket) => {
      accepted.push(socket);
      socket.on('error', () => {});
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });

  afterEach(() => {
    for (const socket of accepted) socket.destroy();
    server.close();
  });

  it('are counted by state, as ss counts them, and show in the counters', async () => {
    const passiveBefore = viewOf()?.network.PassiveOpens ?? 0;
    const clients = Array.from({ length: CONNECTIONS }, () => connect(port, '127.0.0.1'));
    await until(() => accepted.length === CONNECTIONS, 'all connections are accepted');
    const scan = new TcpScan(kernelFiles, systemClock, () => ({ local: [port], remote: [port] }));
    const sockets = await scan.read();
    const established = execFileSync('ss', ['-Htn', 'state', 'established', `sport = :${port}`], {
      encoding: 'utf8',
    });
    expect(established.trim().split('\n')).toHaveLength(CONNECTIONS);
    const states = { established: CONNECTIONS };
    expect(sockets?.local).toEqual([{ port, states: { ...states, listen: 1 }, acceptQueue: 0 }]);
    expect(sockets?.remote).toEqual([{ port, states, acceptQueue: 0 }]);
    const passive = (viewOf()?.network.PassiveOpens ?? 0) - passiveBefore;
    expect(passive).toBeGreaterThanOrEqual(CONNECTIONS);
    for (const client of clients) client.destroy();
  });

  it('show a peer that closed while its end was kept open', async () => {
    const client = connect(port, '127.0.0.1');
    client.on('error', () => {});
    await until(() => accepted.length === 1, 'the connection is accepted');
    client.end();
    const scanned = async () => {
      const scan = new TcpScan(kernelFiles, systemClock, () => ({ local: [port], remote: [] }));
      return (await scan.read())?.local[0].states.close_wait;
    };
    await until(async () => (await scanned()) === 1, 'the connection is in CLOSE_WAIT');
    client.destroy();
  });
});
