import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { LinkStream } from '../../../lib/link/link-stream.js';
import { MemoryLinkPair } from '../../support/memory-link-pair.js';

function open() {
  const pair = new MemoryLinkPair();
  const seen: string[] = [];
  const received: string[] = [];
  pair.server.start({
    onData: (chunk) => received.push(chunk.toString()),
    onDrain: () => undefined,
    onEnd: () => received.push('end'),
    onClose: () => received.push('close'),
  });
  const stream = new LinkStream(pair.client, {
    onData: (bytes) => seen.push(`${bytes} bytes`),
    onEnd: () => seen.push('end'),
    onClose: (error) => seen.push(`close ${error?.message}`),
  });
  return { pair, stream, seen, received };
}

/** Streams do part of their work in ticks of the process. */
async function settle(pair: MemoryLinkPair): Promise<void> {
  for (let round = 0; round < 6; round++) {
    pair.deliver();
    await new Promise((resolve) => process.nextTick(resolve));
  }
}

describe('a link as a stream', () => {
  it('carries bytes both ways, and tells whoever watches', async () => {
    const { pair, stream, seen, received } = open();
    const heard: string[] = [];
    stream.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
    stream.write('ask');
    pair.server.write(Buffer.from('answer'));
    await settle(pair);
    expect([heard, received, seen]).toEqual([['answer'], ['ask'], ['6 bytes']]);
    expect([stream.bytesRead, stream.bytesWritten, stream.remote]).toEqual([6, 3, '10.0.0.2:4000']);
  });

  it('holds the peer back when nobody reads, and goes on when somebody does', async () => {
    const { pair, stream } = open();
    for (let chunk = 0; chunk < 40; chunk++) {
      pair.server.write(Buffer.alloc(8_192));
      await settle(pair);
    }
    expect(pair.client.isPaused).toBe(true);
    expect(stream.readableLength).toBeLessThan(20 * 8_192);
    let bytes = 0;
    stream.on('data', (chunk: Buffer) => (bytes += chunk.length));
    await settle(pair);
    expect([bytes, pair.client.isPaused]).toEqual([40 * 8_192, false]);
  });

  it('is held back by a peer that does not take what is written', async () => {
    const { pair, stream, received } = open();
    pair.toServer.stall();
    pair.toServer.capacityBytes = 10;
    let written = 0;
    for (let chunk = 0; chunk < 3; chunk++)
      stream.write(Buffer.alloc(20, chunk + 65), () => written++);
    await settle(pair);
    expect([written, stream.writableNeedDrain || stream.writableLength > 0]).toEqual([0, true]);
    pair.toServer.capacityBytes = 1_000;
    pair.flow();
    await settle(pair);
    expect([written, received.join('').length]).toEqual([3, 60]);
  });

  it('closes as a socket of Node does when its peer hangs up', async () => {
    const { pair, stream, seen } = open();
    const heard: string[] = [];
    stream.resume().on('end', () => heard.push('end'));
    stream.on('close', () => heard.push('close'));
    pair.server.end();
    await settle(pair);
    expect([heard, seen[0], pair.client.isClosed]).toEqual([['end', 'close'], 'end', true]);
  });

  it('tells of a reset, and does not end the process when nobody listens', async () => {
    const { pair, stream, seen } = open();
    pair.server.reset();
    await settle(pair);
    expect([stream.destroyed, seen]).toEqual([true, ['close read ECONNRESET']]);
  });

  it('closes the link when it is destroyed', async () => {
    const { pair, stream, seen } = open();
    stream.destroy();
    await settle(pair);
    expect([pair.client.isClosed, seen]).toEqual([true, ['close undefined']]);
  });

  it('forgets the listeners of its last user, and flows for the next, even if it was paused', async () => {
    const { pair, stream } = open();
    const first: unknown[] = [];
    const second: string[] = [];
    stream.on('data', (chunk) => first.push(chunk)).on('close', () => first.push('close'));
    stream.pause();
    stream.handBack();
    stream.on('data', (chunk: Buffer) => second.push(chunk.toString()));
    pair.server.write(Buffer.from('for the second'));
    await settle(pair);
    expect([first, second]).toEqual([[], ['for the second']]);
  });
});
