import { lastValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { SocketPoolClient } from '../../../lib/client/socket-pool-client.js';
import { SocketPoolError } from '../../../lib/errors/socket-pool-error.js';
import { RecordedPool } from '../../support/recorded-pool.js';
import { make } from './client-harness.js';

describe('a shared pool', () => {
  it('takes no other options', () => {
    const { pool } = new RecordedPool();
    const options = { pool, deadlineMs: 1 } as never;
    expect(() => new SocketPoolClient(options)).toThrow(/deadlineMs: they belong to the pool/);
  });

  it('tells its status, and stays open when the client is closed', async () => {
    const { recorded, client } = make();
    const statuses: string[] = [];
    client.status.subscribe((status) => statuses.push(status));
    recorded.emitter.emit('disconnected', { pool: 'orders' });
    recorded.emitter.emit('reconnecting', { pool: 'orders', endpoint: 'tcp://a:1' });
    recorded.emitter.emit('reconnecting', { pool: 'orders', endpoint: 'tcp://a:1' });
    await client.close();
    recorded.emitter.emit('disconnected', { pool: 'orders' });
    expect(statuses).toEqual(['connected', 'disconnected', 'reconnecting']);
    expect(recorded.closes).toBe(0);
  });

  it('can be used again after the client was closed', async () => {
    const { recorded, client } = make();
    await client.close();
    recorded.onCall = (call) => queueMicrotask(() => call.value(1).end());
    await expect(client.request('p', 1)).resolves.toBe(1);
  });

  it('has listeners of the client until it is closed', async () => {
    const { recorded, client } = make();
    const heard: unknown[] = [];
    client.on('connect', () => heard.push('connect'));
    client.on('close', () => heard.push('close'));
    client.on('error', (error) => heard.push(error.message));
    client.on('stateChanged', ({ to }) => heard.push(to));
    const connection = { pool: 'orders', endpoint: 'tcp://a:1', connectionId: 1 };
    const tell = () => {
      recorded.emitter.emit('connected', connection);
      recorded.emitter.emit('stateChanged', { pool: 'orders', from: 'ready', to: 'degraded' });
      recorded.emitter.emit('connectFailed', {
        ...connection,
        error: new SocketPoolError('CONNECT_FAILED', 'refused'),
        failures: 1,
        retryInMs: 1,
      });
      const closed = { ...connection, reason: { by: 'peer', cause: 'reset' } } as const;
      recorded.emitter.emit('connectionClosed', { ...closed, error: undefined });
      recorded.emitter.emit('connectionClosed', { ...closed, error: new Error('reset') });
      recorded.emitter.emit('disconnected', { pool: 'orders' });
    };
    tell();
    await client.close();
    tell();
    expect(heard).toEqual(['connect', 'degraded', 'refused', 'reset', 'close']);
  });
});

describe('on()', () => {
  it('refuses events that there are not', () => {
    const { client } = make();
    expect(() => (client.on as (event: string) => void).call(client, 'lookup')).toThrow(
      /event: 'lookup' is not one of/,
    );
  });
});

describe('a client with a pool of its own', () => {
  it('opens nothing when it is made', () => {
    const client = new SocketPoolClient({ port: 1 });
    expect(client.pool.state).toBe('idle');
    expect(() => client.unwrap()).toThrow(
      'Not initialized. Please call the "connect" method first.',
    );
  });

  it('can be closed before it was used, and twice', async () => {
    const client = new SocketPoolClient();
    await expect(client.close()).resolves.toBeUndefined();
    await expect(client.close('SIGTERM')).resolves.toBeUndefined();
  });

  it('makes another pool when it is used after it was closed', async () => {
    const client = new SocketPoolClient();
    const { pool } = client;
    await client.close();
    expect(pool.state).toBe('closed');
    expect(client.pool).not.toBe(pool);
    expect(client.pool.state).toBe('idle');
    await client.close();
  });

  it('opens nothing any more when its application has ended', async () => {
    const client = new SocketPoolClient();
    await client.onApplicationShutdown('SIGTERM');
    expect(client.pool.state).toBe('closed');
    await expect(client.connect()).rejects.toMatchObject({ code: 'POOL_CLOSED' });
    await expect(client.request('p', 1)).rejects.toMatchObject({ code: 'POOL_CLOSED' });
    await expect(lastValueFrom(client.emit('e', 1))).rejects.toMatchObject({
      code: 'POOL_CLOSED',
    });
  });

  it('starts with its application only when it is told to', async () => {
    const lazy = new SocketPoolClient();
    await lazy.onApplicationBootstrap();
    expect(lazy.pool.state).toBe('idle');
  });
});
