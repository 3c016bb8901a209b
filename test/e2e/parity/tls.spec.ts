import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { Controller } from '@nestjs/common';
import { EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { range } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { failure, replies, reply, until } from './support/calls.js';
import { pairings } from './support/pairings.js';
import { createClient, startService } from './support/service.js';

/** A certificate of localhost that signs itself. */
const key = readFileSync(new URL('./support/tls/key.pem', import.meta.url), 'utf8');
const cert = readFileSync(new URL('./support/tls/cert.pem', import.meta.url), 'utf8');
const heard: unknown[] = [];

@Controller()
class SecretController {
  @MessagePattern('echo')
  echo(@Payload() data: unknown) {
    return data;
  }

  @MessagePattern('count')
  count(@Payload() length: number) {
    return range(1, length);
  }

  @EventPattern('event')
  event(@Payload() data: unknown) {
    heard.push(data);
  }
}

const parts = { controllers: [SecretController], serverOptions: { tlsOptions: { key, cert } } };

describe.each(pairings)('TLS, $name', ({ server, client: kind }) => {
  it('carries requests, streams and events', async () => {
    heard.length = 0;
    const { port } = await startService(server, parts);
    const client = createClient(kind, { port, tlsOptions: { ca: cert } });
    const calls = Array.from({ length: 50 }, (_, index) => reply(client.send('echo', index)));

    expect(await reply(client.send('echo', { secret: 'тайна 🤫' }))).toEqual({
      secret: 'тайна 🤫',
    });
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect(await replies(client.send('count', 3))).toEqual([1, 2, 3]);
    client.emit('event', 'heard');
    await until(() => heard.length > 0);
  });

  it('is refused by a client that does not know the certificate', async () => {
    const { port } = await startService(server, parts);
    const client = createClient(kind, { port, tlsOptions: {} });

    // The stock client calls a socket connected before TLS is, and loses the reason.
    const reason = kind.isStock ? 'Connection closed' : 'DEPTH_ZERO_SELF_SIGNED_CERT';
    expect(inspect(await failure(client.send('echo', 1)))).toContain(reason);
  });

  it('carries a large message', async () => {
    const { port } = await startService(server, parts);
    const client = createClient(kind, { port, tlsOptions: { ca: cert } });
    const text = 'ключ 🔑'.repeat(50_000);

    expect((await reply(client.send('echo', text))) === text).toBe(true);
  });
});
