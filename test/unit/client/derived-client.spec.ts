import { Logger } from '@nestjs/common';
import type { ReadPacket } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { SocketPoolClient } from '../../../lib/client/socket-pool-client.js';
import { DerivedClient, listen, make } from './client-harness.js';

beforeEach(() => {
  vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
});

describe('a derived class', () => {
  it('may change responses and errors', async () => {
    class Wrapping extends SocketPoolClient {
      protected override serializeError(error: unknown) {
        return { wrapped: error };
      }

      protected override serializeResponse(response: unknown) {
        return [response];
      }
    }
    const { recorded, client } = make(Wrapping);
    const good = listen(client);
    const bad = listen(client);
    recorded.calls[0].value(1).end();
    recorded.calls[1].failWith('no', 'HANDLER_FAILED');
    expect(good.events).toEqual([['next', [1]], 'complete']);
    expect(bad.events).toEqual([['error', { wrapped: 'no' }]]);
  });

  it('sees that a call failed, whatever the handler threw', () => {
    const { recorded, client } = make(DerivedClient);
    const { events } = listen(client);
    recorded.lastCall.failWith(null, 'HANDLER_FAILED');
    expect(events).toEqual([['error', expect.objectContaining({ code: 'HANDLER_FAILED' })]]);
  });

  it('may publish by itself', () => {
    class Echoing extends SocketPoolClient {
      protected override publish(packet: ReadPacket, callback: (packet: object) => void) {
        callback({ response: packet.data as unknown, isDisposed: true });
        return () => {};
      }
    }
    const { recorded, client } = make(Echoing);
    expect(listen(client, 'p', 'mine').events).toEqual([['next', 'mine'], 'complete']);
    expect(recorded.calls).toEqual([]);
  });

  it('may dispatch events by itself', async () => {
    const dispatched: ReadPacket[] = [];
    class Collecting extends SocketPoolClient {
      protected override dispatchEvent<T>(packet: ReadPacket): Promise<T> {
        dispatched.push(packet);
        return Promise.resolve('mine' as T);
      }
    }
    const { recorded, client } = make(Collecting);
    await expect(lastValueFrom(client.emit('e', 1))).resolves.toBe('mine');
    expect(dispatched).toEqual([{ pattern: 'e', data: 1 }]);
    expect(recorded.events).toEqual([]);
  });

  it('may do more before it is connected', async () => {
    const steps: string[] = [];
    class Asking extends SocketPoolClient {
      override async connect(): Promise<void> {
        steps.push('token');
        await super.connect();
      }
    }
    const { recorded, client } = make(Asking);
    recorded.onCall = (call) => {
      steps.push('call');
      queueMicrotask(() => call.value(1).end());
    };
    await lastValueFrom(client.send('p', 1));
    await client.request('p', 1);
    expect(steps).toEqual(['token', 'call', 'token', 'call']);
  });

  it('whose connect() fails fails its calls', async () => {
    class Failing extends SocketPoolClient {
      override connect(): Promise<void> {
        return Promise.reject(new Error('no token'));
      }
    }
    const { client } = make(Failing);
    await expect(lastValueFrom(client.send('p', 1))).rejects.toThrow('no token');
    await expect(lastValueFrom(client.emit('p', 1))).rejects.toThrow('no token');
    await expect(client.request('p', 1)).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
  });

  it('whose observer throws harms no other call', async () => {
    class Throwing extends SocketPoolClient {
      protected override createObserver(): never {
        return (() => {
          throw new Error('mine');
        }) as never;
      }
    }
    const { recorded, client } = make(Throwing);
    listen(client);
    expect(() => recorded.lastCall.value(1).end()).not.toThrow();
  });
});

describe('a client behind a Proxy, as an instance decorator makes it', () => {
  it('works as without', async () => {
    const { recorded, client } = make();
    const proxy = new Proxy(client, {});
    recorded.onCall = (call) => queueMicrotask(() => call.value(1).end());
    recorded.onEvent = ({ sink }) => queueMicrotask(() => sink.complete());
    await expect(lastValueFrom(proxy.send('p', 1))).resolves.toBe(1);
    await expect(lastValueFrom(proxy.emit('p', 1))).resolves.toBeUndefined();
    await expect(proxy.request('p', 1)).resolves.toBe(1);
    await proxy.connect();
    expect(proxy.pool).toBe(recorded.pool);
    await proxy.close();
  });
});
