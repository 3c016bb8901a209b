import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FrameType, GoAwayReason } from '../../../lib/protocol/frame.js';
import { certificates } from '../../support/certificates.js';
import { eventFrame, requestFrame } from '../../support/scripted-client.js';
import { until } from '../../support/until.js';
import { descriptors, LiveAcceptor } from './live-acceptor.js';

const { ca, client: clientPair, renewedServer, server } = certificates();

/** Sockets of this process whose peer has ended and which were not closed. */
function closeWaits(port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  const lines = readFileSync('/proc/self/net/tcp', 'utf8').split('\n');
  return lines.filter((line) => line.split(/\s+/)[4] === '08' && line.includes(local)).length;
}

describe('listening', () => {
  it('at tcp, tls and unix addresses together serves them all', async () => {
    const path = join(tmpdir(), `acceptor-${process.pid}.sock`);
    const listen = ['tcp://127.0.0.1:0', 'tls://127.0.0.1:0', `unix:${path}`];
    const live = await LiveAcceptor.open({}, listen, server);
    for (const address of live.addresses) await live.ask(await live.greet(address), 1);
    const hosts = live.streams.map(({ connection }) => connection.peer.host);
    await live.acceptor.close();

    expect(hosts).toEqual(['127.0.0.1', '127.0.0.1', '']);
    expect(existsSync(path)).toBe(false);
  });

  it('at a port that is taken fails, and leaves the other addresses free', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const before = descriptors();
    const live = new LiveAcceptor([`tcp://127.0.0.1:${port}`, 'tcp://127.0.0.1:0'], {});

    await expect(live.acceptor.listen()).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(descriptors()).toBe(before);
  });

  it('can begin again at once after a close', async () => {
    const first = await LiveAcceptor.open();
    await first.ask(await first.greet(), 1);
    await first.acceptor.close();
    const second = await LiveAcceptor.open({}, [first.addresses[0]!]);

    await second.ask(await second.greet(), 1);
  });
});

describe('TLS', () => {
  it('knows the verified name of the peer', async () => {
    const tls = { ...server, requestCert: true, ca };
    const live = await LiveAcceptor.open({}, ['tls://127.0.0.1:0'], tls);
    const socket = connect({ port: live.port, host: '127.0.0.1', ca, ...clientPair });
    onTestFinished(() => void socket.destroy());
    await once(socket, 'secureConnect');
    const packet = '{"pattern":"ask","data":{"a":1},"id":"1"}';
    socket.write(`${packet.length}#${packet}`);
    await until(() => live.streams.length === 1, 'the request arrived');

    expect(live.streams[0]!.connection.peer).toMatchObject({
      peerName: 'gateway.test',
      dialect: 'nest-tcp',
    });
  });

  it('fails for peers that speak something else, and is said once for each', async () => {
    const live = await LiveAcceptor.open(
      { tlsHandshakeTimeoutMs: 300 },
      ['tls://127.0.0.1:0'],
      server,
    );
    const honest = await live.greet();
    const before = descriptors();
    const attackers = [
      await live.attack('GET / HTTP/1.1\r\n\r\n'),
      await live.attack(Buffer.from('f54e53500d0a0100', 'hex')),
      await live.attack(),
    ];
    await until(() => attackers.every(({ isClosed }) => isClosed), 'they were closed');
    await live.ask(honest, 1);

    expect(live.failed).toHaveLength(3);
    expect(live.closed).toEqual([]);
    await until(() => descriptors() <= before, 'no descriptor was lost');
  });

  it('takes new certificates without a restart', async () => {
    const live = await LiveAcceptor.open({}, ['tls://127.0.0.1:0'], server);
    const name = async (): Promise<string> => {
      const socket = connect({ port: live.port, host: '127.0.0.1', ca, servername: 'localhost' });
      await once(socket, 'secureConnect');
      const { CN } = socket.getPeerCertificate().subject;
      socket.destroy();
      return String(CN);
    };
    const before = await live.greet();
    expect(await name()).toBe('orders.test');
    live.acceptor.setSecureContext(renewedServer);

    expect(await name()).toBe('orders-renewed.test');
    expect(() => live.acceptor.setSecureContext({ key: 'none' })).toThrow(/tls: /);
    await live.ask(before, 1);
  });
});

describe('too many connections', () => {
  it('are refused, told, and counted; room is made by those that leave', async () => {
    const live = await LiveAcceptor.open({ maxConnections: 3 });
    const first = await Promise.all([live.greet(), live.greet(), live.greet()]);
    await expect(live.greet()).rejects.toThrow('the handshake is done');
    const silent = await Promise.all(Array.from({ length: 60 }, async () => live.attack()));
    await until(() => silent.every(({ isClosed }) => isClosed), 'nobody stays');
    for (const client of first) await live.ask(client, 1);
    expect(live.acceptor.snapshot().refused.tooManyConnections).toBe(61);
    first[0]!.link.destroy();
    await until(() => live.closed.length === 1, 'one left');

    await live.ask(await live.greet(), 1);
  });
});

describe('peers that vanish', () => {
  it('leave no descriptor and no CLOSE_WAIT behind, however they go', async () => {
    const live = await LiveAcceptor.open();
    live.answer = () => undefined;
    const before = descriptors();
    const clients = await Promise.all(Array.from({ length: 60 }, async () => live.greet()));
    for (const client of clients) client.send(requestFrame(1));
    await until(() => live.streams.length === 60, 'all asked');
    for (const [index, client] of clients.entries()) {
      if (index % 3 === 0) client.link.end();
      else client.link.destroy();
    }
    const attackers = await Promise.all(Array.from({ length: 20 }, async () => live.attack('5')));
    for (const { socket } of attackers) socket.resetAndDestroy();
    await until(() => live.closed.length === 80, 'all ends were noticed');

    expect(new Set(live.streams.map(({ stopReason }) => stopReason))).toEqual(
      new Set(['disconnect']),
    );
    await until(() => descriptors() <= before, 'no descriptor was lost');
    expect(closeWaits(live.port)).toBe(0);
    expect(live.acceptor.snapshot()).toMatchObject({ inFlight: 0, connections: [] });
  });

  it('are noticed by the heartbeat while they are not read', async () => {
    const live = await LiveAcceptor.open({
      heartbeat: { intervalMs: 50, misses: 3 },
      maxEvents: 1,
    });
    live.onEvent = () => undefined;
    const client = await live.greet();
    client.send(eventFrame(1));
    await until(
      () => live.acceptor.snapshot().connections[0]?.inFlight === 0,
      'the connection is paused',
    );
    client.link.destroy();
    await until(() => live.closed.length === 1, 'its end was noticed');

    expect(live.closed[0]!.reason.by).toBe('peer');
  });
});

describe('closing', () => {
  it('lets running calls finish, and leaves nothing behind', async () => {
    const resources = process.getActiveResourcesInfo().length;
    const before = descriptors();
    const live = await LiveAcceptor.open({ drainTimeoutMs: 5_000 });
    live.answer = () => undefined;
    const client = await live.greet();
    const idle = await live.greet();
    client.send(requestFrame(1, { timeoutMs: 30_000 }));
    await until(() => live.streams.length === 1, 'the call arrived');
    const closing = live.acceptor.close();
    await until(() => client.of(FrameType.GoAway).length === 1, 'it was told');
    client.send(requestFrame(2));
    live.streams[0]!.respond('done');
    await until(() => client.recorder.ends + idle.recorder.ends === 2, 'both were ended');
    client.link.end();
    idle.link.end();
    await closing;
    await until(() => client.isClosed && idle.isClosed, 'both ends are closed');

    expect(client.of(FrameType.GoAway)).toMatchObject([{ reason: GoAwayReason.Shutdown }]);
    expect(client.of(FrameType.Response)).toMatchObject([{ payload: 'done' }]);
    expect(descriptors()).toBe(before);
    await until(
      () => process.getActiveResourcesInfo().length <= resources,
      'no timer and no socket is left',
    );
  });

  it('does not wait longer than it may', async () => {
    const live = await LiveAcceptor.open({ drainTimeoutMs: 200 });
    live.answer = () => undefined;
    const client = await live.greet();
    client.send(requestFrame(1));
    await until(() => live.streams.length === 1, 'the call arrived');
    const start = performance.now();
    await live.acceptor.close();

    expect(performance.now() - start).toBeLessThan(2_000);
    expect(live.streams[0]!.stopReason).toBe('shutdown');
  });
});
