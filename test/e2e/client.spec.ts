import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { lastValueFrom, take, toArray } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SocketPoolClientOptions } from '../../lib/client/client-options.js';
import { SocketPoolClient } from '../../lib/client/socket-pool-client.js';
import { SocketPoolRecordBuilder } from '../../lib/client/socket-pool-record.js';
import { createSocketPool } from '../../lib/pool/create-socket-pool.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { until } from '../support/until.js';
import { collectLog, seen, socketHandles, startOrders } from './support/orders-service.js';

function connectTo(address: string, options: SocketPoolClientOptions = {}): SocketPoolClient {
  const client = new SocketPoolClient({ endpoints: [address], ...options });
  onTestFinished(async () => client.close());
  return client;
}

/** A port on which nobody listens, because somebody just did. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function elapsedMs(work: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work.catch(() => undefined);
  return performance.now() - start;
}

describe.each(['binary', 'nest-tcp'] as const)('a client, %s', (dialect) => {
  it('makes requests', async () => {
    const { address } = await startOrders();
    const client = connectTo(address, { dialect });

    expect(await client.request<number>({ cmd: 'sum' }, [1, 2, 3])).toBe(6);
    expect(await lastValueFrom(client.send({ cmd: 'sum' }, [4, 5]))).toBe(9);
  });

  it('reads streams', async () => {
    const { address } = await startOrders();
    const client = connectTo(address, { dialect });
    const values: number[] = [];
    for await (const value of client.stream<number>('count', { to: 250 })) values.push(value);

    expect(values).toEqual(Array.from({ length: 250 }, (_, index) => index + 1));
    expect(await lastValueFrom(client.send('count', { to: 3 }).pipe(toArray()))).toEqual([1, 2, 3]);
  });

  it('tells a failed handler and a missing one apart', async () => {
    const { address } = await startOrders();
    const client = connectTo(address, { dialect });

    await expect(client.request('fail', 1)).rejects.toMatchObject({
      code: 'HANDLER_FAILED',
      message: 'three left',
      cause: { code: 'OUT_OF_STOCK', message: 'three left' },
      processed: 'yes',
    });
    await expect(client.request('nothing', 1)).rejects.toMatchObject({
      code: 'NO_HANDLER',
      processed: 'no',
    });
    await expect(lastValueFrom(client.send('fail', 1))).rejects.toEqual({
      code: 'OUT_OF_STOCK',
      message: 'three left',
    });
  });

  it('sends metadata with requests and events', async () => {
    const { address } = await startOrders();
    const client = connectTo(address, { dialect });
    const metadata = { tenant: 'a' };
    const record = new SocketPoolRecordBuilder('x').setMetadata(metadata).build();

    expect(await client.request('echo', 'x', { metadata })).toMatchObject({ data: 'x', metadata });
    expect(await lastValueFrom(client.send('echo', record))).toMatchObject({ data: 'x', metadata });
    await lastValueFrom(client.emit('placed', record));
    await until(() => seen.events.length === 1, 'the event is handled');
    expect(seen.events).toEqual([{ data: 'x', metadata }]);
  });

  it('gives a call up at its deadline', async () => {
    const { address } = await startOrders();
    const client = connectTo(address, { dialect });
    await client.connect();
    const reply = client.request('never', 'late', { deadlineMs: 80 });

    expect(await elapsedMs(reply)).toBeLessThan(1_000);
    await expect(reply).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', processed: 'maybe' });
  });

  it('gives a call up when its signal is aborted', async () => {
    const { address } = await startOrders();
    const client = connectTo(address, { dialect });
    const abort = new AbortController();
    const reply = client.request('never', 'left', { signal: abort.signal });
    await until(() => seen.waiting === 1, 'the call runs');
    abort.abort();

    await expect(reply).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await client.request({ cmd: 'sum' }, [1])).toBe(1);
  });

  it('lets calls in flight finish when it is closed', async () => {
    const { address } = await startOrders();
    const client = connectTo(address, { dialect });
    const reply = client.request('wait', 1);
    await until(() => seen.waiting === 1, 'the call runs');
    const closed = client.close();
    seen.release();

    expect(await reply).toBe('done');
    await closed;
  });

  it('leaves no socket behind', async () => {
    await until(() => socketHandles().length === 0, 'earlier tests are over');
    const { app, address } = await startOrders();
    const client = connectTo(address, { dialect });
    await client.request({ cmd: 'sum' }, [1]);
    await client.close();
    await app.close();

    await until(() => socketHandles().length === 0, 'all sockets are closed');
  });
});

describe('the binary dialect', () => {
  it('tells the handler how long the caller waits', async () => {
    const { address } = await startOrders();
    const reply = await connectTo(address).request<{ remainingMs: number }>('echo', 1, {
      deadlineMs: 5_000,
    });

    expect(reply.remainingMs).toBeGreaterThan(3_000);
    expect(reply.remainingMs).toBeLessThanOrEqual(5_000);
  });

  it.each([
    ['an aborted signal', (client: SocketPoolClient) => abortedRequest(client)],
    ['a passed deadline', (client: SocketPoolClient) => lateRequest(client)],
    ['a subscriber that leaves', (client: SocketPoolClient) => leftSubscription(client)],
  ])('ends the work of the server with %s', async (_, leave) => {
    const { address } = await startOrders();
    await leave(connectTo(address));

    await until(() => seen.ended.length === 1, 'the work ends');
    expect(seen.ended).toEqual(['left']);
  });

  it('ends the work of the server when a loop over a stream is left', async () => {
    const { address } = await startOrders();
    for await (const value of connectTo(address).stream<number>('count', { to: 1e9 })) {
      if (value === 10) break;
    }

    await until(() => seen.ended.length === 1, 'the generator ends');
  });

  it('slows a stream down to the pace of its reader', async () => {
    const { address } = await startOrders();
    const initialCreditBytes = 64 * 1_024;
    const client = connectTo(address, { initialCreditBytes });
    const stream = client.stream<{ value: number }>('count', { to: 10_000, bytes: 1_000 });
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    await new Promise((resolve) => setTimeout(resolve, 100));

    // A window, what came before it was noticed, and the few that the handler prepares ahead.
    expect(seen.produced).toBeLessThan(300);
    for (let value = 2; value <= 1_000; value++) {
      expect((await iterator.next()).value?.value).toBe(value);
    }
    await iterator.return?.();
    await until(() => seen.ended.length === 1, 'the generator ends');
  });

  it('gives the server back its pace with send(), whose subscribers cannot wait', async () => {
    const { address } = await startOrders();
    const client = connectTo(address, { initialCreditBytes: 64 * 1_024 });
    const values = client.send('count', { to: 500, bytes: 1_000 }).pipe(toArray());

    expect(await lastValueFrom(values)).toHaveLength(500);
    await lastValueFrom(client.send('count', { to: 1e9 }).pipe(take(5)));
    await until(() => seen.ended.length === 2, 'the generators end');
  });
});

async function abortedRequest(client: SocketPoolClient): Promise<void> {
  const abort = new AbortController();
  const reply = client.request('never', 'left', { signal: abort.signal });
  await until(() => seen.waiting === 1, 'the call runs');
  abort.abort();
  await reply.catch(() => undefined);
}

async function lateRequest(client: SocketPoolClient): Promise<void> {
  await client.connect();
  await client.request('never', 'left', { deadlineMs: 50 }).catch(() => undefined);
}

async function leftSubscription(client: SocketPoolClient): Promise<void> {
  const subscription = client.send('never', 'left').subscribe();
  await until(() => seen.waiting === 1, 'the call runs');
  subscription.unsubscribe();
}

describe('a service that is not there', () => {
  it('fails a call with the reason, as connecting fails', async () => {
    const client = connectTo(`tcp://127.0.0.1:${await freePort()}`);

    await expect(client.request('p', 1)).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      processed: 'no',
      retryable: true,
      cause: { code: 'ECONNREFUSED' },
    });
  });

  it('is waited for, when the client is told to', async () => {
    const port = await freePort();
    const client = connectTo(`tcp://127.0.0.1:${port}`, {
      whenUnavailable: 'wait',
      reconnect: { initialBackoffMs: 50 },
    });
    const reply = client.request({ cmd: 'sum' }, [1, 2]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await startOrders({ server: { port } });

    expect(await reply).toBe(3);
  });

  it('is not waited for, when the client is told to fail', async () => {
    const client = connectTo(`tcp://127.0.0.1:${await freePort()}`, { whenUnavailable: 'fail' });
    const first = client.request('p', 1);
    await expect(first).rejects.toMatchObject({ code: 'NO_CONNECTION' });
    const second = client.request('p', 1);

    expect(await elapsedMs(second)).toBeLessThan(50);
    await expect(second).rejects.toMatchObject({ code: 'NO_CONNECTION', processed: 'no' });
  });

  it('costs a call no longer than its deadline', async () => {
    const proxy = await FaultProxy.open(1, { isMute: true });
    onTestFinished(async () => proxy.close());
    const client = connectTo(proxy.address, { connectTimeoutMs: 5_000 });

    for (const whenever of [1, 2]) {
      const reply = client.request('p', whenever, { deadlineMs: 100 });
      expect(await elapsedMs(reply)).toBeLessThan(1_000);
      await expect(reply).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', processed: 'no' });
    }
  });

  it('lets connect() fail, and start afresh', async () => {
    const port = await freePort();
    const client = connectTo(`tcp://127.0.0.1:${port}`, { reconnect: { initialBackoffMs: 10 } });
    await expect(client.connect()).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
    await startOrders({ server: { port } });

    await client.connect();
    expect(client.unwrap()).toBe(client.pool);
  });
});

describe('a pool that clients share', () => {
  it('carries the calls of all, and is closed by who made it', async () => {
    const { address } = await startOrders();
    const pool = createSocketPool({ name: 'orders', endpoints: [address] });
    onTestFinished(async () => pool.close());
    const [a, b] = [new SocketPoolClient({ pool }), new SocketPoolClient({ pool })];
    await a.connect();

    expect(await a.request({ cmd: 'sum' }, [1])).toBe(1);
    await a.close();
    expect(await b.request({ cmd: 'sum' }, [2])).toBe(2);
    expect(pool.snapshot().endpoints[0].connections).toHaveLength(1);
  });
});

describe('the log of a client', () => {
  it('has one line for each change', async () => {
    const { app, address } = await startOrders();
    const { lines } = collectLog();
    const client = connectTo(address, { name: 'orders' });
    await client.connect();
    await app.close();
    await until(() => lines.some((line) => line.includes('no connection')), 'the loss is logged');

    const mine = lines.filter((line) => / orders: /.test(line) && !line.startsWith('debug'));
    expect(mine).toEqual([
      `log orders: connected to ${address}`,
      'log orders: no connection is ready any more',
    ]);
  });
});
