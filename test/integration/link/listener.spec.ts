import { Buffer } from 'node:buffer';
import type { EventEmitter } from 'node:events';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Socket } from 'node:net';
import { dialerFor } from '../../../lib/link/dialers.js';
import type { Link, Listener } from '../../../lib/link/link.js';
import { listenerFor } from '../../../lib/link/listeners.js';
import { LinkRecorder } from '../../support/link-recorder.js';
import { addressOf, dialerOptions, listenerOptions } from '../../support/socket-link-pair.js';
import { until } from '../../support/until.js';

function listenOn(address: string) {
  const listener = listenerFor(addressOf(address), listenerOptions());
  const links: Link[] = [];
  const failures: Error[] = [];
  const errors: Error[] = [];
  onTestFinished(async () => {
    for (const link of links) link.destroy();
    await listener.close();
  });
  const listening = listener.listen({
    onLink: (link) => links.push(link),
    onFailedLink: (error) => failures.push(error),
    onError: (error) => errors.push(error),
  });
  return { listener, listening, links, failures, errors };
}

async function dial(address: string): Promise<Link> {
  const dialer = dialerFor(addressOf(address, 'dial'), dialerOptions());
  const link = await dialer.dial(new AbortController().signal);
  onTestFinished(() => link.destroy());
  return link;
}

const portOf = (listener: Listener): number => Number(/:(\d+)$/.exec(listener.address)![1]);

describe('a tcp listener', () => {
  it('says where it listens, once the system has chosen', async () => {
    const { listener, listening } = listenOn('tcp://127.0.0.1:0');
    expect(listener.address).toBe('tcp://127.0.0.1:0');
    await listening;
    expect(listener.address).toMatch(/^tcp:\/\/127\.0\.0\.1:[1-9]\d+$/);
    expect(listener.isListening).toBe(true);
    expect(listener.server).toHaveProperty('listening', true);
  });

  it('rejects with the error of the system when the address is taken', async () => {
    const first = listenOn('tcp://127.0.0.1:0');
    await first.listening;
    const second = listenOn(first.listener.address);
    await expect(second.listening).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(second.listener.isListening).toBe(false);
    await first.listener.close();
    const handler = { onLink: () => undefined, onError: () => undefined };
    await second.listener.listen(handler);
    expect(second.listener.isListening).toBe(true);
  });

  it('rejects an address that is not of this machine', async () => {
    const { listening } = listenOn('tcp://192.0.2.1:0');
    await expect(listening).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  });

  it('closes at once and leaves accepted links alone; the port is free again', async () => {
    const { listener, listening, links } = listenOn('tcp://127.0.0.1:0');
    await listening;
    const { address } = listener;
    const client = await dial(address);
    await until(() => links.length === 1, 'the link was accepted');
    await Promise.all([listener.close(), listener.close()]);
    await listener.close();
    expect(listener.isListening).toBe(false);
    await expect(dial(address)).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
    const atServer = LinkRecorder.of(links[0]!);
    client.write(Buffer.from('still here'));
    await until(() => atServer.text === 'still here', 'the bytes');
    const next = listenOn(address);
    await next.listening;
  });

  it('can be closed before it listens', async () => {
    const { listener, listening } = listenOn('tcp://localhost:0');
    await listener.close();
    await expect(listening).rejects.toThrow('closed before it listened');
    expect((listener.server as { listening: boolean }).listening).toBe(false);
  });

  it('calls IPv4 peers by their IPv4 address on a socket for both families', async () => {
    const { listener, listening, links } = listenOn('tcp://[::]:0');
    await listening;
    const client = await dial(`tcp://127.0.0.1:${portOf(listener)}`);
    await until(() => links.length === 1, 'the link was accepted');
    expect(links[0]!.remoteHost).toBe('127.0.0.1');
    expect(links[0]!.remote).toBe(client.local);
    expect(client.remoteHost).toBe('127.0.0.1');
  });

  it('writes IPv6 peers with brackets', async () => {
    const { listener, listening, links } = listenOn('tcp://[::1]:0');
    await listening;
    await dial(listener.address);
    await until(() => links.length === 1, 'the link was accepted');
    expect(links[0]!.remoteHost).toBe('::1');
    expect(links[0]!.remote).toMatch(/^\[::1\]:\d+$/);
  });

  it('sends small writes at once, and lets the kernel look after idle peers', async () => {
    const noDelay = vi.spyOn(Socket.prototype, 'setNoDelay');
    const keepAlive = vi.spyOn(Socket.prototype, 'setKeepAlive');
    const { listener, listening, links } = listenOn('tcp://127.0.0.1:0');
    await listening;
    await dial(listener.address);
    await until(() => links.length === 1, 'the link was accepted');
    expect(noDelay.mock.calls).toEqual([[true], [true]]);
    expect(keepAlive.mock.calls).toEqual([
      [true, 30_000],
      [true, 30_000],
    ]);
  });

  it('reports a failed accept and goes on', async () => {
    const { listener, listening, links, failures, errors } = listenOn('tcp://127.0.0.1:0');
    await listening;
    const error = Object.assign(new Error('accept ENOBUFS'), {
      code: 'ENOBUFS',
      syscall: 'accept',
    });
    (listener.server as EventEmitter).emit('error', error);
    await dial(listener.address);
    await until(() => links.length === 1, 'the link was accepted');
    expect([failures, errors]).toEqual([[error], []]);
  });

  it('closes and says so when it fails', async () => {
    const { listener, listening, failures, errors } = listenOn('tcp://127.0.0.1:0');
    await listening;
    const error = new Error('broken');
    (listener.server as EventEmitter).emit('error', error);
    expect([failures, errors, listener.isListening]).toEqual([[], [error], false]);
  });
});
