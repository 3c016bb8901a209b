import { Buffer } from 'node:buffer';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { ConnectionOptions, TlsOptions } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Link } from '../../../lib/link/link.js';
import type { TcpAddress } from '../../../lib/link/link-address.js';
import type { ListenerOptions } from '../../../lib/link/link-options.js';
import { TlsDialer } from '../../../lib/link/tls-dialer.js';
import { TlsListener } from '../../../lib/link/tls-listener.js';
import { certificates } from '../../support/certificates.js';
import { LinkRecorder } from '../../support/link-recorder.js';
import { addressOf, dialerOptions, listenerOptions } from '../../support/socket-link-pair.js';
import { until } from '../../support/until.js';

async function listen(tls: TlsOptions = {}, options: Partial<ListenerOptions> = {}) {
  const target = addressOf('tls://127.0.0.1:0') as TcpAddress;
  const listener = new TlsListener(target, listenerOptions(options), {
    ...certificates().server,
    ...tls,
  });
  const links: Link[] = [];
  const failures: { message: string; remote: string }[] = [];
  await listener.listen({
    onLink: (link) => links.push(link),
    onFailedLink: ({ message }, remote) => failures.push({ message, remote }),
    onError: () => undefined,
  });
  onTestFinished(async () => {
    for (const link of links) link.destroy();
    await listener.close();
    await until(() => connectionsOf(listener), 'no connection is left over');
  });
  return { listener, links, failures };
}

function connectionsOf(listener: TlsListener): Promise<boolean> {
  return new Promise((resolve) =>
    listener.server.getConnections((error, count) => resolve(error === null && count === 0)),
  );
}

async function dial(listener: TlsListener, tls: ConnectionOptions = {}): Promise<Link> {
  const target = addressOf(listener.address, 'dial') as TcpAddress;
  const dialer = new TlsDialer(target, dialerOptions(), { ca: certificates().ca, ...tls });
  const link = await dialer.dial(new AbortController().signal);
  onTestFinished(() => link.destroy());
  return link;
}

async function dialPlain(listener: TlsListener): Promise<Socket> {
  const { port } = addressOf(listener.address, 'dial') as TcpAddress;
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.resume();
  return socket;
}

describe('a tls listener', () => {
  it('hands over links whose handshake is done', async () => {
    const { listener, links } = await listen();
    expect(listener.address).toMatch(/^tls:\/\/127\.0\.0\.1:[1-9]\d+$/);
    const client = await dial(listener);
    await until(() => links.length === 1, 'the link was accepted');
    expect(links[0]!.remote).toBe(client.local);
    expect(links[0]!.peerName).toBeUndefined();
    expect(client.peerName).toBe('orders.test');
    expect(listener.pendingHandshakes).toBe(0);
  });

  it('closes a peer that speaks something else, and goes on', async () => {
    const { listener, links, failures } = await listen();
    const plain = await dialPlain(listener);
    const remote = `127.0.0.1:${plain.localPort}`;
    plain.write('GET / HTTP/1.1\r\n\r\n');
    await until(() => plain.closed, 'the close');
    expect(failures).toEqual([{ message: expect.any(String), remote }]);
    await dial(listener);
    await until(() => links.length === 1, 'the link was accepted');
  });

  it('closes a peer that says nothing', async () => {
    const { listener, failures } = await listen({}, { tlsHandshakeTimeoutMs: 30 });
    const plain = await dialPlain(listener);
    await until(() => listener.pendingHandshakes === 1, 'the handshake began');
    await until(() => plain.closed, 'the close');
    expect(failures).toMatchObject([{ message: expect.stringMatching('timeout') }]);
    await until(() => listener.pendingHandshakes === 0, 'it is forgotten');
  });

  it.each(['end', 'resetAndDestroy'] as const)(
    'forgets a peer that leaves in the middle of the handshake (%s)',
    async (leave) => {
      const { listener, failures } = await listen();
      const plain = await dialPlain(listener);
      await until(() => listener.pendingHandshakes === 1, 'the handshake began');
      plain[leave]();
      await until(() => failures.length === 1, 'the failure');
      await until(() => listener.pendingHandshakes === 0, 'it is forgotten');
    },
  );

  it('bounds the handshakes that go on at once', async () => {
    const { listener, failures } = await listen({}, { maxTlsHandshakes: 2 });
    const plain = [await dialPlain(listener), await dialPlain(listener)];
    await until(() => listener.pendingHandshakes === 2, 'two handshakes');
    const third = await dialPlain(listener);
    await until(() => third.closed, 'the third is closed');
    expect(listener.pendingHandshakes).toBe(2);
    expect(failures).toMatchObject([{ message: '2 peers are in their TLS handshake already' }]);
    for (const socket of plain) socket.destroy();
    await until(() => listener.pendingHandshakes === 0, 'room again');
    await dial(listener);
  });

  it('closes handshakes with itself, and keeps links', async () => {
    const { listener, links } = await listen();
    const client = await dial(listener);
    const plain = await dialPlain(listener);
    await until(() => listener.pendingHandshakes === 1 && links.length === 1, 'one of each');
    await listener.close();
    await until(() => plain.closed, 'the handshake is closed');
    const atServer = LinkRecorder.of(links[0]!);
    client.write(Buffer.from('still here'));
    await until(() => atServer.text === 'still here', 'the bytes');
  });

  it('with a certificate that is none is refused when it is made', () => {
    const target = addressOf('tls://127.0.0.1:0') as TcpAddress;
    expect(() => new TlsListener(target, listenerOptions(), { key: 'x', cert: 'y' })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTIONS' }),
    );
  });
});

describe('mutual TLS', () => {
  const mutual = { requestCert: true, ca: certificates().ca };

  it('tells who the peer is', async () => {
    const { listener, links } = await listen(mutual);
    await dial(listener, certificates().client);
    await until(() => links.length === 1, 'the link was accepted');
    expect(links[0]!.peerName).toBe('gateway.test');
  });

  it.each([
    ['without a certificate', {}],
    ['with one that nobody vouches for', certificates().stranger],
  ])('lets no peer in %s', async (_, credentials) => {
    const { listener, links, failures } = await listen(mutual);
    const dialing = dial(listener, credentials).then((link) => LinkRecorder.of(link));
    const recorder = await dialing.catch(() => undefined);
    await until(() => failures.length === 1, 'the failure');
    expect(failures[0]!.message).toMatch(/certificate/);
    expect(links).toEqual([]);
    if (recorder !== undefined) await until(() => recorder.isClosed || recorder.ends === 1, 'end');
  });

  it('may be left to the handshake of the protocol', async () => {
    const { listener, links } = await listen({ ...mutual, rejectUnauthorized: false });
    await dial(listener, certificates().stranger);
    await until(() => links.length === 1, 'the link was accepted');
    expect(links[0]!.peerName).toBeUndefined();
  });
});

describe('new certificates', () => {
  it('are used from the next handshake on, without a restart', async () => {
    const { listener, links } = await listen();
    const before = await dial(listener);
    listener.setSecureContext(certificates().renewedServer);
    const after = await dial(listener);
    expect([before.peerName, after.peerName]).toEqual(['orders.test', 'orders-renewed.test']);
    await until(() => links.length === 2, 'both were accepted');
    const atServer = LinkRecorder.of(links[0]!);
    before.write(Buffer.from('still here'));
    await until(() => atServer.text === 'still here', 'the bytes');
  });

  it('leave alone whom the listener trusts', async () => {
    const { listener, links, failures } = await listen({
      requestCert: true,
      ca: certificates().ca,
    });
    listener.setSecureContext(certificates().renewedServer);
    await dial(listener, certificates().client);
    await until(() => links.length === 1, 'the link was accepted');
    expect([links[0]!.peerName, failures]).toEqual(['gateway.test', []]);
  });

  it('that cannot be used change nothing', async () => {
    const { listener } = await listen();
    expect(() => listener.setSecureContext({ key: 'x', cert: 'y' })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTIONS' }),
    );
    const link = await dial(listener);
    expect(link.peerName).toBe('orders.test');
  });
});
