import { describe, expect, it } from 'vitest';
import { proxySafe } from '../../../lib/module/proxy-safe-pool.js';
import { createSocketPool } from '../../../lib/pool/create-socket-pool.js';
import { SocketPool } from '../../../lib/pool/socket-pool.js';

const make = () => createSocketPool({ name: 'orders', endpoints: ['tcp://127.0.0.1:1'] });

describe('a pool that survives a Proxy', () => {
  it('is a pool, with all its members', () => {
    const pool = make();
    const safe = proxySafe(pool);
    expect(safe).toBeInstanceOf(SocketPool);
    for (const name of Object.getOwnPropertyNames(SocketPool.prototype)) {
      expect(name in safe, name).toBe(true);
    }
  });

  it('works behind one', async () => {
    const pool = make();
    const proxy = new Proxy(proxySafe(pool), {});
    const events: unknown[] = [];
    proxy.on('closed', (event) => events.push(event));
    expect([proxy.name, proxy.state, proxy.isReady]).toEqual(['orders', 'idle', false]);
    expect(proxy.snapshot().name).toBe('orders');
    await expect(proxy.ping()).rejects.toMatchObject({ code: 'NO_CONNECTION' });
    await proxy.close();
    expect(pool.state).toBe('closed');
    expect(events).toEqual([{ pool: 'orders' }]);
  });
});
