import { Buffer } from 'node:buffer';
import type { AddressInfo } from 'node:net';
import { Socket, createServer } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ConnectionOptions } from 'node:tls';
import { dialerFor } from '../../../lib/link/dialers.js';
import type { Dialer, Link } from '../../../lib/link/link.js';
import { listenerFor } from '../../../lib/link/listeners.js';
import { certificates } from '../../support/certificates.js';
import { FaultProxy } from '../../support/fault-proxy.js';
import { LinkRecorder } from '../../support/link-recorder.js';
import { addressOf, dialerOptions, listenerOptions } from '../../support/socket-link-pair.js';
import { until } from '../../support/until.js';

function dialerOf(address: string, tls?: ConnectionOptions): Dialer {
  return dialerFor(addressOf(address, 'dial'), dialerOptions(), tls);
}

function dial(address: string, tls?: ConnectionOptions): Promise<Link> {
  return dialerOf(address, tls).dial(new AbortController().signal);
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listenOnTls(): Promise<{ address: string; links: Link[] }> {
  const target = addressOf('tls://127.0.0.1:0');
  const listener = listenerFor(target, listenerOptions(), certificates().server);
  const links: Link[] = [];
  await listener.listen({ onLink: (link) => links.push(link), onError: () => undefined });
  onTestFinished(async () => {
    for (const link of links) link.destroy();
    await listener.close();
  });
  return { address: listener.address, links };
}

function openSockets(): number {
  const resources = process.getActiveResourcesInfo();
  return resources.filter((name) => /^(TCPSocketWrap|TLSWrap|TCPConnectWrap)$/.test(name)).length;
}

describe('a dial', () => {
  // Registered first, so it runs after whatever a test closes at its end.
  beforeEach(({ onTestFinished: atEnd }) =>
    atEnd(() => until(() => openSockets() === 0, 'no socket is left over')),
  );

  it('that is refused says so, where, and why', async () => {
    const address = `tcp://127.0.0.1:${await closedPort()}`;
    const failure = dial(address);
    await expect(failure).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      processed: 'no',
      retryable: true,
      cause: { code: 'ECONNREFUSED' },
    });
    await expect(failure).rejects.toThrow(`cannot connect to ${address}: connect ECONNREFUSED`);
  });

  it('to a name whose every address refuses lists them', async () => {
    const failure = dial(`tcp://localhost:${await closedPort()}`);
    await expect(failure).rejects.toThrow(/cannot connect to tcp:\/\/localhost:.*ECONNREFUSED/);
  });

  it('to a unix socket that is not there says so', async () => {
    const failure = dial('unix:/tmp/nobody-listens-here.sock');
    await expect(failure).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      cause: { code: 'ENOENT' },
    });
  });

  it('that was given up before it began opens nothing', async () => {
    const connect = vi.spyOn(Socket.prototype, 'connect');
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(dialerOf('tcp://127.0.0.1:9').dial(signal)).rejects.toThrow(
      'cannot connect to tcp://127.0.0.1:9: too late',
    );
    expect(connect).not.toHaveBeenCalled();
  });

  it.each(['tcp://127.0.0.1', 'tcp://localhost', 'tls://127.0.0.1'])(
    'to %s that is given up at once leaves nothing open',
    async (prefix) => {
      const proxy = await FaultProxy.open(0, { isMute: true });
      onTestFinished(() => proxy.close());
      const controller = new AbortController();
      const dialing = dialerOf(`${prefix}:${proxy.port}`).dial(controller.signal);
      controller.abort(new Error('not needed'));
      await expect(dialing).rejects.toMatchObject({
        code: 'CONNECT_FAILED',
        cause: { message: 'not needed' },
      });
      await until(() => proxy.openConnections === 0, 'the peer sees no connection');
    },
  );

  it('that is given up in the middle of the TLS handshake leaves nothing open', async () => {
    const proxy = await FaultProxy.open(0, { isMute: true });
    onTestFinished(() => proxy.close());
    const controller = new AbortController();
    const dialing = dialerOf(`tls://127.0.0.1:${proxy.port}`).dial(controller.signal);
    await until(() => proxy.openConnections === 1, 'the peer has accepted');
    controller.abort();
    await expect(dialing).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
    await until(() => proxy.openConnections === 0, 'the connection is closed');
  });

  it('forgets the signal once it has a link', async () => {
    const { address, links } = await listenOnTls();
    const controller = new AbortController();
    const tls = { ca: certificates().ca };
    const link = await dialerOf(address, tls).dial(controller.signal);
    const recorder = LinkRecorder.of(link);
    controller.abort();
    await until(() => links.length === 1, 'the link was accepted');
    LinkRecorder.of(links[0]!);
    links[0]!.write(Buffer.from('still there'));
    await until(() => recorder.text === 'still there', 'the bytes');
    link.destroy();
  });
});

describe('a TLS dial', () => {
  it('to an authority that nobody knows fails with the reason', async () => {
    const { address } = await listenOnTls();
    await expect(dial(address)).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringContaining('certificate'),
      cause: { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
    });
  });

  it('to somebody else than named fails with the reason', async () => {
    const { address } = await listenOnTls();
    const tls = { ca: certificates().ca, servername: 'billing.test' };
    await expect(dial(address, tls)).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
  });

  it('names the host it wants', async () => {
    const { address } = await listenOnTls();
    const port = address.slice(address.lastIndexOf(':'));
    const tls = { ca: certificates().ca, servername: undefined, checkServerIdentity: undefined };
    const link = await dial(`tls://localhost${port}`, tls);
    expect(link.peerName).toBe('orders.test');
    link.destroy();
  });

  it('that need not verify knows no name', async () => {
    const { address } = await listenOnTls();
    const link = await dial(address, { rejectUnauthorized: false });
    expect(link.peerName).toBeUndefined();
    link.destroy();
  });

  it('to a peer that speaks something else fails', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined).end('220 hello\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    await expect(dial(`tls://127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
    });
  });

  it('to a peer that hangs up fails', async () => {
    const proxy = await FaultProxy.open(await closedPort());
    onTestFinished(() => proxy.close());
    await expect(dial(`tls://127.0.0.1:${proxy.port}`)).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
    });
  });

  it('with a key that is none is refused when it is made', () => {
    expect(() => dialerOf('tls://127.0.0.1:1', { key: 'no key', cert: 'none' })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTIONS',
        message: expect.stringContaining('tls://127.0.0.1:1'),
      }),
    );
  });
});
