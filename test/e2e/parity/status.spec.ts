import { createServer } from 'node:net';
import { once } from 'node:events';
import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { describe, expect, it, onTestFinished } from 'vitest';
import { reply, until } from './support/calls.js';
import { clients, pairings, servers } from './support/pairings.js';
import { converse, createClient, createService, portOf, startService } from './support/service.js';

@Controller()
class PingController {
  @MessagePattern('ping')
  ping() {
    return 'pong';
  }
}

const parts = { controllers: [PingController] };

describe.each(servers)('the status of a service, $name', (server) => {
  it('follows listening and closing', async () => {
    const app = await createService(server, parts);
    const statuses: string[] = [];
    app.status.subscribe((status) => statuses.push(status));

    expect(statuses).toEqual([]);
    await app.listen();
    await until(() => statuses.includes('connected'));
    await app.close();
    await until(() => statuses.length > 1);
    expect(statuses).toEqual(['connected', 'disconnected']);
  });
});

describe.each(servers)('listeners of a service, $name', (server) => {
  it('may be added before it listens, and after', async () => {
    const app = await createService(server, parts);
    const events: string[] = [];
    app.on('listening', () => events.push('listening'));
    await app.listen();
    app.on('connection', () => events.push('connection'));
    app.on('close', () => events.push('close'));
    const client = createClient(clients[0], { port: portOf(app) });
    await reply(client.send('ping', {}));
    await client.close();
    await app.close();
    await until(() => events.length === 3);

    expect(events).toEqual(['listening', 'connection', 'close']);
  });
});

describe.each(servers)('listen() of a service, $name', (server) => {
  it('fails when the port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await once(taken, 'listening');
    const app = await createService(server, {
      ...parts,
      serverOptions: { port: portOf({ unwrap: <T>() => taken as T }) },
    });

    await expect(app.listen()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('is answered once it accepts connections', async () => {
    const { app, port } = await startService(server, parts);

    expect(port).toBeGreaterThan(0);
    expect(app.unwrap<{ listening: boolean }>().listening).toBe(true);
  });
});

describe.each(pairings)('the status of a client, $name', (pairing) => {
  it('follows connecting and closing', async () => {
    const { client } = await converse(pairing, parts);
    const statuses: string[] = [];
    client.status.subscribe((status) => statuses.push(status));

    expect(statuses).toEqual([]);
    await client.connect();
    await until(() => statuses.includes('connected'));
    await client.close();
    await until(() => statuses.length > 1);
    expect(statuses).toEqual(['connected', 'disconnected']);
  });

  it('tells late subscribers the latest', async () => {
    const { client } = await converse(pairing, parts);
    await client.connect();
    const statuses: string[] = [];
    client.status.subscribe((status) => statuses.push(status));
    await until(() => statuses.length > 0);

    expect(statuses).toEqual(['connected']);
  });
});

describe.each(pairings)('unwrap() of a client, $name', (pairing) => {
  it('throws before there is a connection, and gives it after', async () => {
    const { client } = await converse(pairing, parts);

    expect(() => client.unwrap()).toThrow(/connect/i);
    await client.connect();
    expect(client.unwrap()).toBeTypeOf('object');
  });
});

describe.each(pairings)('listeners of a client, $name', (pairing) => {
  it('may be added before it connects, and after', async () => {
    const { client } = await converse(pairing, parts);
    const events: string[] = [];
    const on = client.on.bind(client) as (event: string, listener: () => void) => void;
    on('connect', () => events.push('connect'));
    await client.connect();
    on('close', () => events.push('close'));
    await reply(client.send('ping', {}));
    await client.close();
    await until(() => events.includes('close'));

    expect(events).toEqual(['connect', 'close']);
  });
});

describe.each(pairings)('connect() of a client, $name', (pairing) => {
  it('is shared by concurrent callers', async () => {
    const { app, client } = await converse(pairing, parts);
    let connections = 0;
    app.on('connection', () => (connections += 1));
    await Promise.all([client.connect(), client.connect(), client.connect()]);
    await Promise.all([1, 2, 3].map(() => reply(client.send('ping', {}))));

    expect(connections).toBe(1);
  });
});
