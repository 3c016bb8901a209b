import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LinkStream } from '../../../lib/link/link-stream.js';
import { createExclusivePool } from '../../../lib/pool/exclusive/create-exclusive-pool.js';
import type { ExclusivePoolOptionsInput } from '../../../lib/pool/exclusive/exclusive-options.js';
import type { ExclusivePool } from '../../../lib/pool/exclusive/exclusive-pool.js';
import { until } from '../../support/until.js';

/** A server of lines: it answers each with `<line> back`, and takes note of lines that come while it is at one. */
class LineServer {
  readonly sockets = new Set<Socket>();
  violations = 0;
  mostAtOnce = 0;
  readonly #server: Server;
  #atOnce = 0;

  constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  async listen(port = 0): Promise<string> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    onTestFinished(() => this.stop());
    return `tcp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  #serve(socket: Socket): void {
    this.sockets.add(socket);
    let isBusy = false;
    socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
    socket.on('data', (chunk) => {
      if (isBusy) this.violations++;
      isBusy = true;
      this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#atOnce);
      setTimeout(() => {
        isBusy = false;
        this.#atOnce--;
        socket.write(`${chunk.toString().trim()} back\n`);
      }, 2);
    });
  }
}

async function ask(stream: LinkStream, line: string): Promise<string> {
  stream.write(`${line}\n`);
  const [chunk] = (await once(stream, 'data')) as [Buffer];
  return chunk.toString().trim();
}

function open(address: string, options: ExclusivePoolOptionsInput = {}): ExclusivePool {
  const pool = createExclusivePool({ name: 'lines', endpoints: [address], ...options });
  onTestFinished(() => pool.destroy());
  return pool;
}

describe('an exclusive pool over real sockets', () => {
  it('puts one question at a time on each link, however many ask', async () => {
    const server = new LineServer();
    const pool = open(await server.listen(), { links: { maxLinks: 4 } });
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => pool.use((link) => ask(link, `line ${index}`))),
    );
    expect(answers).toEqual(answers.map((_, index) => `line ${index} back`));
    expect([server.violations, server.mostAtOnce, server.sockets.size]).toEqual([0, 4, 4]);
    await pool.close();
    await until(() => server.sockets.size === 0, 'the server has lost all links');
  });

  it('leases the same stream to several users, each with listeners of its own', async () => {
    const server = new LineServer();
    const pool = open(await server.listen(), { links: { maxLinks: 1 } });
    for (let user = 0; user < 20; user++) {
      await using lease = await pool.acquire();
      lease.resource.on('data', () => undefined).on('close', () => undefined);
      expect(await ask(lease.resource, 'hello')).toBe('hello back');
      expect(lease.resource.listenerCount('data')).toBe(1);
    }
    expect(pool.snapshot().connects.established).toBe(1);
  });

  it('never hands the late answer of one user to the next', async () => {
    const server = new LineServer();
    const pool = open(await server.listen(), { links: { maxLinks: 1 } });
    const hasty = await pool.acquire();
    hasty.resource.write('nobody waits for it\n');
    await hasty.release();
    await until(() => pool.snapshot().closes.active.protocolError === 1, 'the link is closed');
    expect(await pool.use((link) => ask(link, 'mine'))).toBe('mine back');
  });

  it('replaces links that were cut, and comes back after the server was away', async () => {
    const server = new LineServer();
    const address = await server.listen();
    const pool = open(address, { reconnect: { initialBackoffMs: 20, spreadMs: 50 } });
    await pool.use((link) => ask(link, 'before'));
    server.stop();
    await until(() => !pool.isReady, 'the loss is noticed');
    const waiting = pool.use((link) => ask(link, 'after'));
    const again = new LineServer();
    await again.listen(Number(address.split(':').at(-1)));
    expect(await waiting).toBe('after back');
  });

  it('moves more than the kernel takes at once, both ways', async () => {
    const echo = createServer((socket) => void socket.pipe(socket));
    echo.listen(0, '127.0.0.1');
    await once(echo, 'listening');
    onTestFinished(() => void echo.close());
    const pool = open(`tcp://127.0.0.1:${(echo.address() as AddressInfo).port}`);
    await using lease = await pool.acquire();
    const sent = Buffer.alloc(8 * 1024 * 1024, 'x');
    lease.resource.end(sent);
    let received = 0;
    for await (const chunk of lease.resource) received += (chunk as Buffer).length;
    expect(received).toBe(sent.length);
  });
});
