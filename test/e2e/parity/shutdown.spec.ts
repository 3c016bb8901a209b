import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createConnection } from 'node:net';
import type { INestMicroservice } from '@nestjs/common';
import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { describe, expect, it } from 'vitest';
import { reply, until } from './support/calls.js';
import { pairings, servers } from './support/pairings.js';
import { frameOf, RawPeer } from './support/raw-peer.js';
import { converse, createService, startService } from './support/service.js';

let calls = 0;

@Controller()
class PingController {
  @MessagePattern('ping')
  ping() {
    calls += 1;
    return 'pong';
  }
}

const parts = { controllers: [PingController] };
const ping = (id: string) => frameOf({ id, pattern: 'ping', data: 1 });

function acceptedBy(app: INestMicroservice): Socket[] {
  const sockets: Socket[] = [];
  app.on('connection', (socket: Socket) => sockets.push(socket));
  return sockets;
}

/** What keeps the process alive for the sake of sockets. */
function socketHandles(): string[] {
  return process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP'));
}

describe.each(servers)('closing a service, $name', (server) => {
  it('ends the connections that it accepted', async () => {
    const { app, port } = await startService(server, parts);
    const accepted = acceptedBy(app);
    const peers = [await RawPeer.connect(port), await RawPeer.connect(port)];
    peers[0].write(ping('1'));
    await until(() => peers[0].packets.length === 1 && accepted.length === 2);
    await app.close();

    expect(accepted.map(({ destroyed }) => destroyed)).toEqual([true, true]);
    await until(() => peers.every(({ isClosed }) => isClosed));
  });

  it('runs no handler any more', async () => {
    calls = 0;
    const { app, port } = await startService(server, parts);
    const peer = await RawPeer.connect(port);
    peer.write(ping('1'));
    await until(() => peer.packets.length === 1);
    await app.close();
    peer.write(ping('2'));
    await until(() => peer.isClosed);

    expect(calls).toBe(1);
  });

  it('frees the port, and may be done twice', async () => {
    const { app, port } = await startService(server, parts);
    await app.close();
    await app.close();
    const refused = await once(createConnection(port, '127.0.0.1'), 'connect').catch(
      (error: unknown) => error,
    );

    expect(refused).toMatchObject({ code: 'ECONNREFUSED' });
    await expect(
      startService(server, { ...parts, serverOptions: { port } }),
    ).resolves.toBeDefined();
  });

  it('may be done before it listened', async () => {
    const app = await createService(server, parts);

    await expect(app.close()).resolves.toBeUndefined();
  });
});

describe.each(pairings)('closing both ends, $name', (pairing) => {
  it.each(['client first', 'service first'])('leaves no socket behind: %s', async (order) => {
    await until(() => socketHandles().length === 0);
    const { app, client } = await converse(pairing, parts);
    await reply(client.send('ping', {}));
    expect(socketHandles()).not.toEqual([]);
    const ends = [async () => client.close() as unknown, async () => app.close()];
    for (const close of order === 'client first' ? ends : ends.toReversed()) await close();

    await until(() => socketHandles().length === 0);
    expect(socketHandles()).toEqual([]);
  });

  it('may be done twice by the client', async () => {
    const { client } = await converse(pairing, parts);
    await reply(client.send('ping', {}));
    await client.close();
    await client.close();
  });

  it('may be done by a client that never connected', async () => {
    const { client } = await converse(pairing, parts);

    await expect(Promise.resolve(client.close())).resolves.toBeUndefined();
  });
});
