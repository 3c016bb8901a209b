import { Inject, Injectable } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LinkStream } from 'nestjs-socket-pool';
import { ExclusivePool, InjectExclusivePool, SocketPoolModule } from 'nestjs-socket-pool';
import { SocketPoolHealthIndicator } from 'nestjs-socket-pool/health';
import { ManagementControl, ManagementModule } from 'nestjs-socket-pool/management';
import { until } from '../support/until.js';

const TOKEN = 'a-token-for-this-test';
const AUTHORIZATION = { authorization: `Bearer ${TOKEN}` };

/** Asks for one line at a time. */
class LineClient {
  constructor(private readonly link: LinkStream) {
    link.resume();
  }

  async ask(line: string): Promise<string> {
    this.link.write(line);
    const [chunk] = (await once(this.link, 'data')) as [Buffer];
    return chunk.toString();
  }
}

@Injectable()
class Lines {
  constructor(
    @InjectExclusivePool('lines') readonly pool: ExclusivePool<LineClient>,
    @Inject(SocketPoolHealthIndicator) readonly indicator: SocketPoolHealthIndicator,
  ) {}
}

/** Answers each line in capital letters. */
async function listen() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => socket.write(chunk.toString().toUpperCase()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(stop);
  return { address: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets, stop };
}

async function start(address: string) {
  const pools = [
    {
      name: 'lines',
      endpoints: [address],
      start: 'eager' as const,
      resource: {
        create: (link: LinkStream) => new LineClient(link),
        validate: async (client: LineClient) => (await client.ask('ping')) === 'PING',
      },
      links: { minLinks: 1, maxLinks: 2 },
    },
  ];
  const module = {
    module: class App {},
    imports: [
      TerminusModule.forRoot({ logger: false }),
      SocketPoolModule.registerExclusive(pools),
      ManagementModule.forRoot({ port: 0, token: TOKEN }),
    ],
    providers: [Lines, SocketPoolHealthIndicator],
  };
  const app = await NestFactory.createApplicationContext(module, { logger: false });
  onTestFinished(async () => app.close());
  const { address: management } = app.get(ManagementControl);
  const get = (path: string): Promise<Response> =>
    fetch(`${management}${path}`, { headers: AUTHORIZATION });
  const { pool, indicator } = app.get(Lines);
  return { app, get, pool, indicator };
}

describe('an exclusive pool in an application', () => {
  it('is shown by the management application: pools, metrics and readiness', async () => {
    const server = await listen();
    const { pool, get } = await start(server.address);
    expect(await pool.use((client) => client.ask('hello'))).toBe('HELLO');
    const held = await pool.acquire();
    await until(async () => {
      const { pool: shown } = (await (await get('/pools/lines')).json()) as {
        pool: { inFlight: number };
      };
      return shown.inFlight === 1;
    }, 'the lease is shown');
    const metrics = await (await get('/metrics')).text();
    expect(metrics).toMatch(/socket_pool_in_flight\{pool="lines"\} 1/);
    expect(metrics).toMatch(/socket_pool_lease_wait_seconds_count\{pool="lines"\} 2/);
    expect(metrics).toMatch(/socket_pool_leases_leaked_total\{pool="lines"\} 0/);
    expect((await get('/health/ready')).status).toBe(200);
    await held.release();
  });

  it('is resized by the management application', async () => {
    const server = await listen();
    const { pool, get } = await start(server.address);
    const { url } = await get('/pools/lines');
    const headers = { ...AUTHORIZATION, 'content-type': 'application/json' };
    const resize = (body: object): Promise<Response> =>
      fetch(url, { method: 'PATCH', headers, body: JSON.stringify(body) });
    expect((await resize({ maxConnections: 5 })).status).toBe(200);
    expect(pool.control.links.maxLinks).toBe(5);
    expect((await resize({ highWatermark: 5 })).ok).toBe(false);
  });

  it('is up, then down with its server, for Terminus', async () => {
    const server = await listen();
    const { pool, indicator } = await start(server.address);
    await pool.ready();
    expect(indicator.isHealthy('lines', pool)).toMatchObject({ lines: { status: 'up' } });
    server.stop();
    await until(() => !pool.isReady, 'the loss is noticed');
    expect(indicator.isHealthy('lines', pool)).toMatchObject({ lines: { status: 'down' } });
  });

  it('ends with the application, and leaves no link behind', async () => {
    const server = await listen();
    const { app, pool } = await start(server.address);
    await pool.use((client) => client.ask('hello'));
    await app.close();
    await until(() => server.sockets.size === 0, 'all links are closed');
    expect(pool.state).toBe('closed');
  });
});
