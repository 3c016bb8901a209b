import { inspect } from 'node:util';
import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { NEVER } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { failure, LIMIT_MS, reply, until } from './support/calls.js';
import { clients, pairings } from './support/pairings.js';
import { converse, createClient, startService } from './support/service.js';

let waiting = 0;

@Controller()
class PingController {
  @MessagePattern('ping')
  ping() {
    return 'pong';
  }

  @MessagePattern('never')
  never() {
    waiting += 1;
    return NEVER;
  }
}

const parts = { controllers: [PingController] };

/** A port on which nobody listens, because somebody just did. */
async function freePort(): Promise<number> {
  const { app, port } = await startService(pairings[0].server, parts);
  await app.close();
  return port;
}

describe.each(pairings)('a service that goes away, $name', (pairing) => {
  it('is found again by the next request when it is back', async () => {
    const { app, port, client } = await converse(pairing, parts);
    const statuses: string[] = [];
    client.status.subscribe((status) => statuses.push(status));
    expect(await reply(client.send('ping', {}))).toBe('pong');
    await app.close();
    await until(() => statuses.includes('disconnected'));
    await startService(pairing.server, { ...parts, serverOptions: { port } });

    expect(await reply(client.send('ping', {}))).toBe('pong');
    expect(statuses.at(-1)).toBe('connected');
  });

  it('fails the requests that it had not answered', async () => {
    waiting = 0;
    const serverOptions = pairing.server.bounds({ drainMs: 50 });
    const { app, client } = await converse(pairing, { ...parts, serverOptions });
    const failures = [1, 2, 3].map(() => failure(client.send('never', {})));
    await until(() => waiting === 3);
    await app.close();

    for (const error of await Promise.all(failures)) expect(error).toBeInstanceOf(Error);
  });

  it('fails requests while it is away', async () => {
    const { app, client } = await converse(pairing, parts);
    await reply(client.send('ping', {}));
    await app.close();

    expect(await failure(client.send('ping', {}))).toBeInstanceOf(Error);
  });
});

describe.each(pairings)('a client that was closed, $name', (pairing) => {
  it('connects again with connect()', async () => {
    const { client } = await converse(pairing, parts);
    expect(await reply(client.send('ping', {}))).toBe('pong');
    await client.close();
    await client.connect();

    expect(await reply(client.send('ping', {}))).toBe('pong');
  });

  it('connects again although it was closed while it connected', async () => {
    const { client } = await converse(pairing, parts);
    const first = Promise.resolve(client.connect()).catch(() => undefined);
    await client.close();
    await client.connect();
    await first;

    expect(await reply(client.send('ping', {}))).toBe('pong');
  });
});

describe.each(clients)('a service that was never there, $name', (kind) => {
  it('fails connect() with the reason', async () => {
    const client = createClient(kind, { port: await freePort() });
    const error: unknown = await client.connect().catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(Error);
    expect(inspect(error)).toContain('ECONNREFUSED');
  });

  it('fails requests and events with the reason', async () => {
    const client = createClient(kind, { port: await freePort() });

    expect(inspect(await failure(client.send('ping', {})))).toContain('ECONNREFUSED');
    expect(inspect(await failure(client.emit('ping', {})))).toContain('ECONNREFUSED');
  });
});

describe.each(pairings)('a service that comes late, $name', (pairing) => {
  it('is found once it is there', async () => {
    const port = await freePort();
    const client = createClient(pairing.client, { port });
    await failure(client.send('ping', {}));
    await startService(pairing.server, { ...parts, serverOptions: { port } });

    // The stock client gives up a refused socket a little after it reported it.
    const answer = vi.waitFor(() => reply(client.send('ping', {})), LIMIT_MS);
    expect(await answer).toBe('pong');
  });
});
