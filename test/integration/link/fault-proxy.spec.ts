import { Buffer } from 'node:buffer';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dialerFor } from '../../../lib/link/dialers.js';
import type { Link } from '../../../lib/link/link.js';
import { listenerFor } from '../../../lib/link/listeners.js';
import type { FaultProxyOptions } from '../../support/fault-proxy.js';
import { FaultProxy } from '../../support/fault-proxy.js';
import { LinkRecorder } from '../../support/link-recorder.js';
import { addressOf, dialerOptions, listenerOptions } from '../../support/socket-link-pair.js';
import { until } from '../../support/until.js';

async function openThrough(options: FaultProxyOptions) {
  const listener = listenerFor(addressOf('tcp://127.0.0.1:0'), listenerOptions());
  const links: Link[] = [];
  await listener.listen({ onLink: (link) => links.push(link), onError: () => undefined });
  const proxy = await FaultProxy.open(Number(listener.address.split(':').pop()), options);
  const dialer = dialerFor(addressOf(proxy.address, 'dial'), dialerOptions());
  const client = await dialer.dial(new AbortController().signal);
  onTestFinished(async () => {
    for (const link of [client, ...links]) link.destroy();
    await proxy.close();
    await listener.close();
  });
  if (options.isMute !== true) await until(() => links.length === 1, 'the link was accepted');
  return { proxy, client, server: links[0]! };
}

async function openRecorded(options: FaultProxyOptions) {
  const { proxy, client, server } = await openThrough(options);
  const [atClient, atServer] = [LinkRecorder.of(client), LinkRecorder.of(server)];
  return { proxy, client, server, atClient, atServer };
}

describe('the fault proxy', () => {
  it('passes bytes and ends on', async () => {
    const { client, server, atClient, atServer, proxy } = await openRecorded({});
    client.write(Buffer.from('question'));
    client.end();
    await until(() => atServer.ends === 1, 'the end');
    server.write(Buffer.from('answer'));
    server.end();
    await until(() => atClient.isClosed && atServer.isClosed, 'both are closed');
    expect([atServer.text, atClient.text]).toEqual(['question', 'answer']);
    await until(() => proxy.openConnections === 0, 'the proxy has forgotten them');
  });

  it('delays', async () => {
    const { client, atServer } = await openRecorded({ toxics: { latencyMs: 30 } });
    const begin = performance.now();
    client.write(Buffer.from('late'));
    await until(() => atServer.text === 'late', 'the bytes');
    expect(performance.now() - begin).toBeGreaterThanOrEqual(29);
  });

  it('delays by chance, and lets nothing overtake', async () => {
    const toxics = { latencyMs: 5, jitterMs: 20 };
    const { client, atServer } = await openRecorded({ toxics });
    const words = Array.from({ length: 20 }, (_, at) => `${at} `);
    for (const word of words) {
      client.write(Buffer.from(word));
      await sleep(2);
    }
    await until(() => atServer.text === words.join(''), 'all of it in order');
  });

  it('closes slowly', async () => {
    const { client, atServer } = await openRecorded({ toxics: { slowCloseMs: 40 } });
    const begin = performance.now();
    client.write(Buffer.from('bye'));
    client.end();
    await until(() => atServer.text === 'bye', 'the bytes');
    await until(() => atServer.ends === 1, 'the end');
    expect(performance.now() - begin).toBeGreaterThanOrEqual(39);
  });

  it('forwards nothing and ends after a time', async () => {
    const { client, atServer, atClient } = await openRecorded({ toxics: { timeoutMs: 30 } });
    client.write(Buffer.from('anybody?'));
    await until(() => atServer.ends === 1 && atClient.ends === 1, 'the end');
    expect([atServer.text, atServer.closes]).toEqual(['', []]);
  });

  it('resets after a time, also when that was told later', async () => {
    const { proxy, atServer, atClient } = await openRecorded({});
    proxy.toxics = { resetAfterMs: 20 };
    await until(() => atServer.isClosed && atClient.isClosed, 'both are closed');
    expect(atClient.closes[0]).toMatchObject({ code: 'ECONNRESET' });
  });

  it('goes down, and comes up at the same port', async () => {
    const { proxy, atServer, atClient } = await openRecorded({});
    const { port, address } = proxy;
    proxy.goDown();
    await until(() => atServer.isClosed && atClient.isClosed, 'both are closed');
    const dialer = dialerFor(addressOf(address, 'dial'), dialerOptions());
    const dial = () => dialer.dial(new AbortController().signal);
    await expect(dial()).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await proxy.comeUp();
    expect(proxy.port).toBe(port);
    const link = await dial();
    link.destroy();
  });

  it('slices', async () => {
    const { client, atServer } = await openRecorded({ toxics: { sliceBytes: 3 } });
    client.write(Buffer.from('slices of three'));
    await until(() => atServer.text === 'slices of three', 'the bytes');
    expect(atServer.chunks.length).toBeGreaterThan(1);
  });

  it('slows down', async () => {
    const { client, atServer } = await openRecorded({ toxics: { bytesPerSecond: 10_000 } });
    const begin = performance.now();
    client.write(Buffer.alloc(300));
    await until(() => atServer.length === 300, 'the bytes');
    expect(performance.now() - begin).toBeGreaterThanOrEqual(29);
  });

  it('swallows everything, until it does not', async () => {
    const { client, server, proxy, atServer } = await openRecorded({
      toxics: { isBlackhole: true },
    });
    client.write(Buffer.from('held'));
    client.destroy();
    await sleep(20);
    expect([atServer.text, server.isClosed, atServer.ends]).toEqual(['', false, 0]);
    proxy.toxics = {};
    await until(() => atServer.text === 'held' && atServer.ends === 1, 'bytes and end');
  });

  it('cuts at an exact byte, with an end', async () => {
    const { client, proxy, atServer, atClient } = await openRecorded({ cutAfterBytes: () => 5 });
    client.write(Buffer.from('cut here, not there'));
    await until(() => atServer.ends === 1 && atClient.ends + atClient.closes.length > 0, 'the cut');
    expect([atServer.text, proxy.cuts]).toEqual(['cut h', 1]);
  });

  it('cuts with a reset', async () => {
    const options = { cutAfterBytes: () => 5, cutBy: 'reset' } as const;
    const { client, atServer, atClient } = await openRecorded(options);
    client.write(Buffer.from('cut here'));
    await until(() => atClient.isClosed, 'the close');
    expect(atClient.closes[0]).toMatchObject({ code: 'ECONNRESET' });
    // A reset that comes together with bytes is an end to libuv before Node 24.
    await until(() => atServer.isClosed || atServer.ends === 1, 'the end or the close');
  });

  it('resets on demand, and passes resets on', async () => {
    const { proxy, atServer, atClient } = await openRecorded({});
    proxy.resetAll();
    await until(() => atServer.isClosed && atClient.isClosed, 'both are closed');
    expect(atServer.closes[0]).toMatchObject({ code: 'ECONNRESET' });
    const second = await openThrough({});
    const recorder = LinkRecorder.of(second.server);
    second.server.write(Buffer.alloc(1_000_000));
    await until(() => second.server.pendingBytes === 0, 'the bytes are on the way');
    // Not started, so unread: closing it resets.
    second.client.destroy();
    await until(() => recorder.isClosed, 'the close');
    expect(recorder.closes[0]).toBeInstanceOf(Error);
  });

  it('accepts and never speaks', async () => {
    const { client, proxy } = await openThrough({ isMute: true });
    const recorder = LinkRecorder.of(client);
    client.write(Buffer.from('anybody?'));
    await until(() => client.pendingBytes === 0, 'the bytes are gone');
    await sleep(20);
    expect([recorder.length, recorder.ends, recorder.closes.length]).toEqual([0, 0, 0]);
    expect([proxy.openConnections, proxy.accepted]).toEqual([1, 1]);
  });
});
