import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { ClientTCP } from '@nestjs/microservices';
import { firstValueFrom } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { callOn, callsOn, settled } from '../../../support/socket-stage.js';
import { until } from '../../../support/until.js';
import { requestOf } from '../../../support/pool-stage.js';
import { RecordedSink } from '../../../support/recorded-sink.js';
import type { SocketPool } from '../../../../lib/pool/socket-pool.js';
import { MetricsLab } from './metrics-lab.js';
import { PlayedService, poolIn } from './service-fixture.js';

const server = { server: 'server 0' };
const ofPattern = (pattern: string, kind = 'request') => ({ ...server, pattern, kind });

async function emitOn(pool: SocketPool, pattern: string, count: number): Promise<void> {
  const sinks = Array.from({ length: count }, () => new RecordedSink());
  for (const sink of sinks) pool.emit(requestOf({ pattern }), sink);
  await settled(sinks);
}

async function plainSocket(port: number) {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

describe('the patterns of a server', () => {
  it('have calls, errors, calls in flight and durations', async () => {
    const lab = new MetricsLab();
    const service = await PlayedService.open(lab);
    const pool = poolIn(lab, { endpoints: [service.address] });
    // Time spent on connecting would be missing from the deadlines at the server.
    await pool.ready();
    await settled([
      ...callsOn(pool, 6, { pattern: 'echo' }),
      ...callsOn(pool, 2, { pattern: 'fail' }),
      ...callsOn(pool, 3, { pattern: 'hold', deadlineMs: 80 }),
    ]);
    await emitOn(pool, 'sold', 4);
    const held = callsOn(pool, 5, { pattern: 'hold' });
    await until(() => service.held === 8, 'the handlers have begun');
    const samples = await lab.scrape();
    const counts = ['echo', 'fail', 'hold'].map((pattern) =>
      ['calls_total', 'call_errors_total', 'calls_in_flight', 'call_duration_seconds_count'].map(
        (name) => samples.value(`socket_pool_server_${name}`, ofPattern(pattern)),
      ),
    );
    expect(counts).toEqual([
      [6, 0, 0, 6],
      [2, 2, 0, 2],
      // Those that passed their deadline failed; the rest still runs.
      [8, 3, 5, 3],
    ]);
    const sold = ofPattern('sold', 'event');
    expect(samples.value('socket_pool_server_calls_total', sold)).toBe(4);
    expect(samples.value('socket_pool_server_call_duration_seconds_count', sold)).toBe(4);
    const bucket = 'socket_pool_server_call_duration_seconds_bucket';
    expect(samples.value(bucket, { ...ofPattern('hold'), le: '0.05' })).toBe(0);
    expect(samples.value('socket_pool_server_in_flight', server)).toBe(5);
    service.release();
    await settled(held);
    expect(await lab.value('socket_pool_server_in_flight', server)).toBe(0);
    expect(await lab.value('socket_pool_server_calls_in_flight', ofPattern('hold'))).toBe(0);
  });

  it('do not blame a handler for a caller that gave up', async () => {
    const lab = new MetricsLab();
    const service = await PlayedService.open(lab);
    const pool = poolIn(lab, { endpoints: [service.address] });
    const sink = callOn(pool, { pattern: 'hold' });
    await until(() => service.held === 1, 'the handler has begun');
    sink.call.cancel();
    await lab.shows(1, 'socket_pool_server_call_duration_seconds_count', ofPattern('hold'));
    expect(await lab.value('socket_pool_server_call_errors_total', ofPattern('hold'))).toBe(0);
  });

  it('are not added to by peers', async () => {
    const lab = new MetricsLab();
    const service = await PlayedService.open(lab);
    const pool = poolIn(lab, { endpoints: [service.address] });
    const seriesOfPatterns = async (): Promise<string[]> =>
      [...(await lab.scrape()).values.keys()].filter((series) => series.includes('pattern='));
    const before = await seriesOfPatterns();
    await settled(Array.from({ length: 100 }, (_, n) => callOn(pool, { pattern: `made up ${n}` })));
    expect(await seriesOfPatterns()).toEqual(before);
  });

  it('count calls of stock clients as well', async () => {
    const lab = new MetricsLab();
    const service = await PlayedService.open(lab);
    const client = new ClientTCP({ host: '127.0.0.1', port: service.port });
    onTestFinished(() => client.close());
    for (let call = 0; call < 3; call++) await firstValueFrom(client.send('echo', call));
    expect(await lab.value('socket_pool_server_calls_total', ofPattern('echo'))).toBe(3);
  });
});

describe('the connections of a server', () => {
  it('are counted when they are let in, turned away and ended', async () => {
    const lab = new MetricsLab();
    const service = await PlayedService.open(lab, { maxConnections: 3, handshakeTimeoutMs: 150 });
    const pool = poolIn(lab, { endpoints: [service.address], pool: { minConnections: 2 } });
    pool.start();
    await lab.shows(2, 'socket_pool_server_connections', { ...server, state: 'ready' });
    await plainSocket(service.port);
    await lab.shows(3, 'socket_pool_server_accepted_total', server);
    const refused = await plainSocket(service.port);
    refused.write('5#hello');
    const tooMany = { ...server, cause: 'too_many_connections' };
    await lab.shows(1, 'socket_pool_server_refused_total', tooMany);
    const silent = { ...server, cause: 'handshake_timeout' };
    await lab.shows(1, 'socket_pool_server_active_closes_total', silent);
    (await plainSocket(service.port)).end('GET / HTTP/1.1\r\n\r\n');
    const broken = { ...server, cause: 'protocol_error' };
    await lab.shows(1, 'socket_pool_server_active_closes_total', broken);
    await pool.close();
    await lab.shows(2, 'socket_pool_server_passive_closes_total', { ...server, cause: 'go_away' });
    expect(await lab.value('socket_pool_server_connections_max', server)).toBe(3);
    expect(await lab.value('socket_pool_server_accepted_total', server)).toBe(4);
  });

  it('reject what is more than they may carry', async () => {
    const lab = new MetricsLab();
    const service = await PlayedService.open(lab, { maxStreams: 2 });
    const client = new ClientTCP({ host: '127.0.0.1', port: service.port });
    onTestFinished(() => client.close());
    await client.connect();
    // A stock client knows of no such limit.
    const replies = Array.from({ length: 5 }, () =>
      firstValueFrom(client.send('hold', '')).catch(() => 'rejected'),
    );
    const tooMany = { ...server, cause: 'too_many_streams' };
    await lab.shows(3, 'socket_pool_server_rejections_total', tooMany);
    service.release();
    const settledReplies = await Promise.all(replies);
    expect(settledReplies.filter((reply) => reply === 'rejected')).toHaveLength(3);
  });
});

describe.runIf(process.platform === 'linux')('the bytes of both ends', () => {
  it('agree with each other, and with what ss says of the socket', async () => {
    const lab = new MetricsLab();
    const service = await PlayedService.open(lab);
    const pool = poolIn(lab, { endpoints: [service.address] });
    await pool.ready();
    const payload = 'x'.repeat(10_000);
    await settled(callsOn(pool, 50, { pattern: 'echo', payload }));
    const orders = { pool: 'orders' };
    const samples = await lab.scrape();
    const [sent, received] = [
      samples.value('socket_pool_sent_bytes_total', orders)!,
      samples.value('socket_pool_received_bytes_total', orders)!,
    ];
    expect(sent).toBeGreaterThan(500_000);
    expect(samples.value('socket_pool_server_received_bytes_total', server)).toBe(sent);
    expect(samples.value('socket_pool_server_sent_bytes_total', server)).toBe(received);
    const kernel = socketOf(service.port);
    expect({ sent, received }).toEqual(kernel);
  });

  it('are not forgotten with a connection that is closed', async () => {
    const lab = new MetricsLab();
    const service = await PlayedService.open(lab);
    const pool = poolIn(lab, { endpoints: [service.address] });
    await settled(callsOn(pool, 50, { pattern: 'echo', payload: 'x'.repeat(1_000) }));
    const orders = { pool: 'orders' };
    const before = await lab.value('socket_pool_sent_bytes_total', orders);
    await pool.close();
    await lab.shows(0, 'socket_pool_server_connections', { ...server, state: 'ready' });
    const samples = await lab.scrape();
    const sent = samples.value('socket_pool_sent_bytes_total', orders)!;
    expect(sent).toBeGreaterThanOrEqual(before);
    expect(samples.value('socket_pool_server_received_bytes_total', server)).toBe(sent);
  });
});

/** What `ss` says of the only connection to a port. */
function socketOf(port: number): { sent: number; received: number } {
  const text = execFileSync('ss', ['-Htin', 'state', 'established', 'dport', `= :${port}`], {
    encoding: 'utf8',
  });
  const numberOf = (name: string): number =>
    Number(new RegExp(`${name}:(\\d+)`).exec(text)?.[1] ?? 0);
  // On a busy machine the kernel takes some for lost and sends them again.
  const sent = numberOf('bytes_sent') - numberOf('bytes_retrans');
  return { sent, received: numberOf('bytes_received') };
}
