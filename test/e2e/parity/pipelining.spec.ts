import { Controller } from '@nestjs/common';
import { EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { describe, expect, it } from 'vitest';
import { until } from './support/calls.js';
import { servers } from './support/pairings.js';
import { frameOf, RawPeer } from './support/raw-peer.js';
import { startService } from './support/service.js';

let events = 0;

@Controller()
class PingController {
  @MessagePattern({ cmd: 'ping' })
  ping(@Payload() data: unknown) {
    return `pong ${String(data)}`;
  }

  @EventPattern('tick')
  tick(_data: unknown) {
    events += 1;
  }
}

const parts = { controllers: [PingController] };

function ping(id: string): string {
  return frameOf({ id, pattern: { cmd: 'ping' }, data: id });
}

describe.each(servers)('messages in one piece, $name', (server) => {
  it('are all answered', async () => {
    const { port } = await startService(server, parts);
    const peer = await RawPeer.connect(port);
    const ids = Array.from({ length: 500 }, (_, index) => String(index));
    peer.write(ids.map(ping).join(''));
    await until(() => peer.packets.length === ids.length);

    for (const { id, response } of peer.packets) expect(response).toBe(`pong ${id}`);
    expect(new Set(peer.packets.map(({ id }) => id))).toEqual(new Set(ids));
  });

  it('may be very many events before a request', async () => {
    events = 0;
    const { port } = await startService(server, parts);
    const peer = await RawPeer.connect(port);
    peer.write(frameOf({ pattern: 'tick', data: 1 }).repeat(12_000) + ping('last'));
    await until(() => peer.packets.length === 1);

    expect(peer.packets).toEqual([{ id: 'last', response: 'pong last', isDisposed: true }]);
    await until(() => events === 12_000);
  });

  it('may be empty packets before a request', async () => {
    const { port } = await startService(server, parts);
    const peer = await RawPeer.connect(port);
    peer.write('2#{}'.repeat(12_000) + ping('last'));
    await until(() => peer.packets.length === 1);

    expect(peer.packets[0]?.response).toBe('pong last');
  });

  it('may be cut at any place', async () => {
    const { port } = await startService(server, parts);
    const peer = await RawPeer.connect(port);
    peer.socket.setNoDelay(true);
    const text = ping('один') + ping('🙂') + ping('3');
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 7) {
      const piece = bytes.subarray(at, at + 7);
      await new Promise((resolve) => peer.socket.write(piece, resolve));
    }
    await until(() => peer.packets.length === 3);

    expect(new Set(peer.packets.map(({ id }) => id))).toEqual(new Set(['один', '🙂', '3']));
  });
});
