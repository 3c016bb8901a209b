import type { Socket } from 'node:net';
import type { INestMicroservice } from '@nestjs/common';
import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { describe, expect, it } from 'vitest';
import { until } from './support/calls.js';
import { CollectingLogger } from './support/collecting-logger.js';
import type { Bounds, ServerKind } from './support/pairings.js';
import { servers } from './support/pairings.js';
import { frameOf, RawPeer } from './support/raw-peer.js';
import { startService } from './support/service.js';

const MEBIBYTE = 1024 * 1024;
const LARGE = 'x'.repeat(MEBIBYTE);

@Controller()
class LargeController {
  @MessagePattern('large')
  large() {
    return LARGE;
  }

  @MessagePattern('ping')
  ping() {
    return 'pong';
  }
}

const ask = (pattern: string, id: number) => frameOf({ id: String(id), pattern, data: 1 });

async function startBounded(server: ServerKind, bounds: Bounds) {
  const logger = new CollectingLogger();
  const serverOptions = server.bounds(bounds);
  const parts = { controllers: [LargeController], serverOptions, logger };
  return { ...(await startService(server, parts)), logger };
}

function acceptedBy(app: INestMicroservice): Socket[] {
  const sockets: Socket[] = [];
  app.on('connection', (socket: Socket) => sockets.push(socket));
  return sockets;
}

async function expectService(peer: RawPeer): Promise<void> {
  const before = peer.packets.length;
  peer.write(ask('ping', 1_000 + before));
  await until(() => peer.packets.length > before);
  expect(peer.packets.at(-1)?.response).toBe('pong');
}

describe.each(servers)('a message over the limit, $name', (server) => {
  it('closes its connection with one log line, and no other', async () => {
    const { port, logger } = await startBounded(server, { maxMessageBytes: 10_000 });
    const other = await RawPeer.connect(port);
    const peer = await RawPeer.connect(port);
    peer.write(`20000#${'x'.repeat(15_000)}`);
    await until(() => peer.isClosed);

    expect(logger.complaints).toHaveLength(1);
    await expectService(other);
  });

  it.each([
    ['a length that is not a number', 'length#{}'],
    ['text that is not JSON', '4#nope'],
  ])('is not the only one that does: %s', async (_, text) => {
    const { port, logger } = await startBounded(server, {});
    const other = await RawPeer.connect(port);
    const peer = await RawPeer.connect(port);
    await expectService(peer);
    peer.write(text);
    await until(() => peer.isClosed);

    expect(logger.complaints).toHaveLength(1);
    await expectService(other);
  });
});

describe.each(servers)('a message that stalls, $name', (server) => {
  it('closes its connection, but not one that is idle between messages', async () => {
    const { port, logger } = await startBounded(server, { stalledMessageMs: 150 });
    const idle = await RawPeer.connect(port);
    await expectService(idle);
    const stalled = await RawPeer.connect(port);
    stalled.write('9999#{"pattern":"la');
    await until(() => stalled.isClosed);

    expect(logger.complaints).toHaveLength(1);
    await expectService(idle);
  });
});

describe.each(servers)('replies that nobody reads, $name', (server) => {
  it('close their connection at the limit', async () => {
    const { app, port } = await startBounded(server, { maxUnreadBytes: 2 * MEBIBYTE });
    const accepted = acceptedBy(app);
    const peer = await RawPeer.connect(port);
    peer.socket.pause();
    for (let id = 0; id < 20; id += 1) peer.write(ask('large', id));
    await until(() => accepted.some(({ destroyed }) => destroyed));

    expect(accepted).toHaveLength(1);
    await expectService(await RawPeer.connect(port));
  });

  it('do not close it when they are read', async () => {
    const { port } = await startBounded(server, { maxUnreadBytes: 32 * MEBIBYTE });
    const peer = await RawPeer.connect(port);
    for (let id = 0; id < 20; id += 1) peer.write(ask('large', id));
    await until(() => peer.receivedBytes >= 20 * MEBIBYTE);

    expect(peer.isClosed).toBe(false);
  });
});
