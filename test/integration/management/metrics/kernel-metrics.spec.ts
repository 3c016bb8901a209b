import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { acceptorSnapshot } from '../../../support/snapshots.js';
import { until } from '../../../support/until.js';
import { MetricsLab } from './metrics-lab.js';
import { PlayedService, poolIn } from './service-fixture.js';
import { begun, connected } from './sockets-fixture.js';

const LISTENER = fileURLToPath(new URL('blocked-listener.mjs', import.meta.url));

/** States as `ss` calls them, by the labels of the metric. */
const STATES: Readonly<Record<string, string>> = {
  established: 'ESTAB',
  syn_sent: 'SYN-SENT',
  fin_wait2: 'FIN-WAIT-2',
  close_wait: 'CLOSE-WAIT',
  listen: 'LISTEN',
};

/** Sockets of a port in a state, by `ss`. */
function countBySs(end: 'sport' | 'dport', port: number, state: string): number {
  const lines = execFileSync('ss', ['-Htan', end, `= :${port}`], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.startsWith(STATES[state]!)).length;
}

/** A counter of the kernel, by `nstat`. */
function nstat(name: string): number {
  const text = execFileSync('nstat', ['-asz', name], { encoding: 'utf8' });
  return Number(new RegExp(`^${name}\\s+(\\d+)`, 'm').exec(text)?.[1]);
}

function strangerAt(port: number) {
  const address = `tcp://127.0.0.1:${port}`;
  return {
    ...acceptorSnapshot({ addresses: [address], connections: [] }),
    name: 'x',
    patterns: [],
  };
}

/** A process that listens, and never accepts. */
async function blockedListener(backlog: number): Promise<number> {
  const child = spawn(process.execPath, [LISTENER, String(backlog)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return Number(line.toString());
}

describe.runIf(process.platform === 'linux')('sockets by state', () => {
  it('agree with ss, at both ends', async () => {
    const lab = new MetricsLab();
    const service = await PlayedService.open(lab);
    const pool = poolIn(lab, { endpoints: [service.address], pool: { minConnections: 4 } });
    pool.start();
    await until(() => pool.state === 'ready', 'all connections are ready');
    const samples = await lab.scrapeSockets();
    const name = 'socket_pool_kernel_tcp_connections';
    for (const state of ['established', 'listen']) {
      expect(samples.value(name, { end: 'server', state }), state).toBe(
        countBySs('sport', service.port, state),
      );
    }
    expect(samples.value(name, { end: 'server', state: 'established' })).toBe(4);
    expect(countBySs('dport', service.port, 'established')).toBe(4);
  });

  it('agree with ss when one end does not close', async () => {
    const lab = new MetricsLab();
    const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined).resume();
      onTestFinished(() => void socket.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    lab.strangers.push(strangerAt(port));
    const sockets = await connected(port, 5);
    for (const socket of sockets.slice(0, 3)) socket.end();
    await until(() => countBySs('sport', port, 'close_wait') === 3, 'three are half closed');
    const samples = await lab.scrapeSockets();
    const shown = ['established', 'close_wait', 'listen'].map((state) =>
      samples.value('socket_pool_kernel_tcp_connections', { end: 'server', state }),
    );
    expect(shown).toEqual([2, 3, 1]);
  });

  it('and the pool’s end is counted when the server is elsewhere', async () => {
    const lab = new MetricsLab();
    const port = await blockedListener(10);
    const pool = poolIn(lab, { endpoints: [`tcp://127.0.0.1:${port}`], connectTimeoutMs: 5_000 });
    pool.start();
    await until(() => countBySs('dport', port, 'established') === 1, 'the kernel has connected');
    const samples = await lab.scrapeSockets();
    const labels = { end: 'pool', state: 'established' };
    expect(samples.value('socket_pool_kernel_tcp_connections', labels)).toBe(1);
  });
});

describe.runIf(process.platform === 'linux')('a listener that does not accept', () => {
  it('shows in its queue, in lost connections and in repeated attempts, as ss and nstat say', async () => {
    const BACKLOG = 4;
    const lab = new MetricsLab();
    const port = await blockedListener(BACKLOG);
    lab.strangers.push(strangerAt(port));
    const before = await lab.scrape();
    const lost = 'socket_pool_kernel_tcp_listen_overflows_total';
    const repeated = 'socket_pool_kernel_tcp_syns_retransmitted_total';
    for (let n = 0; n < BACKLOG + 6; n++) begun(port);
    // A repeated SYN goes out a second after the first.
    await sleep(1_400);
    const fresh = new MetricsLab();
    fresh.strangers.push(strangerAt(port));
    const after = await fresh.scrapeSockets();
    const queue = after.value('socket_pool_kernel_accept_queue', { port: String(port) });
    expect(queue).toBe(BACKLOG + 1);
    expect(queue).toBe(queueBySs(port));
    expect(after.value(lost)! - before.value(lost)!).toBeGreaterThan(0);
    expect(after.value(repeated)! - before.value(repeated)!).toBeGreaterThan(0);
    expect(nstat('TcpExtListenOverflows')).toBeGreaterThanOrEqual(after.value(lost)!);
    const again = new MetricsLab();
    expect(nstat('TcpExtListenOverflows')).toBeLessThanOrEqual(await again.value(lost));
  });
});

describe.runIf(process.platform === 'linux')('counters of the kernel', () => {
  it.each([
    ['TcpActiveOpens', 'opens_active'],
    ['TcpPassiveOpens', 'opens_passive'],
    ['TcpAttemptFails', 'opens_failed'],
    ['TcpEstabResets', 'resets_established'],
    ['TcpInSegs', 'segments_received'],
    ['TcpOutSegs', 'segments_sent'],
    ['TcpRetransSegs', 'segments_retransmitted'],
    ['TcpInErrs', 'segments_bad'],
    ['TcpOutRsts', 'resets_sent'],
    ['TcpExtListenDrops', 'listen_drops'],
    ['TcpExtTCPTimeouts', 'timeouts'],
    ['TcpExtTCPSynRetrans', 'syns_retransmitted'],
    ['TcpExtTCPAbortOnTimeout', 'aborts_timeout'],
    ['TcpExtTCPAbortOnMemory', 'aborts_memory'],
    ['TcpExtTCPBacklogDrop', 'backlog_drops'],
    ['TcpExtTCPReqQFullDrop', 'syn_queue_drops'],
    ['TcpExtTCPReqQFullDoCookies', 'syn_queue_cookies'],
    ['TcpExtTCPRcvQDrop', 'receive_queue_drops'],
    ['TcpExtTCPZeroWindowDrop', 'zero_window_drops'],
    ['TcpExtTCPMemoryPressures', 'memory_pressures'],
    ['TcpExtTCPKeepAlive', 'keepalives'],
    ['TcpExtTCPTimeWaitOverflow', 'time_wait_overflows'],
    ['TcpExtTCPRetransFail', 'retransmissions_failed'],
    ['TcpExtTCPLostRetransmit', 'retransmissions_lost'],
  ])('%s is what nstat says', async (counter, name) => {
    // It goes on counting meanwhile: what is shown lies between two looks.
    const before = nstat(counter);
    const shown = await new MetricsLab().value(`socket_pool_kernel_tcp_${name}_total`);
    expect(shown).toBeGreaterThanOrEqual(before);
    expect(shown).toBeLessThanOrEqual(nstat(counter));
  });

  it('rise with what is done to a port', async () => {
    const before = await new MetricsLab().scrape();
    const refused = createServer((socket) => socket.on('error', () => undefined));
    refused.listen(0, '127.0.0.1');
    await once(refused, 'listening');
    const { port } = refused.address() as AddressInfo;
    const sockets = await connected(port, 3);
    sockets[0]!.resetAndDestroy();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => refused.close(resolve));
    const late = begun(port);
    await new Promise((resolve) => late.on('close', resolve));
    const after = await new MetricsLab().scrape();
    const rise = (name: string): number =>
      after.value(`socket_pool_kernel_tcp_${name}_total`)! -
      before.value(`socket_pool_kernel_tcp_${name}_total`)!;
    expect(rise('opens_active')).toBeGreaterThanOrEqual(4);
    expect(rise('opens_passive')).toBeGreaterThanOrEqual(3);
    expect(rise('opens_failed')).toBeGreaterThanOrEqual(1);
    expect(rise('resets_sent')).toBeGreaterThanOrEqual(2);
    expect(rise('segments_sent')).toBeGreaterThanOrEqual(10);
  });
});

function queueBySs(port: number): number {
  const line = execFileSync('ss', ['-Hltn', 'sport', `= :${port}`], { encoding: 'utf8' });
  return Number(line.trim().split(/\s+/)[1]);
}
