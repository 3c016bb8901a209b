import { lastValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { SocketPoolRecordBuilder } from '../../../lib/client/socket-pool-record.js';
import { make } from './client-harness.js';

describe('emit()', () => {
  it('leaves at once and once, whoever subscribes', async () => {
    const { recorded, client } = make();
    const observable = client.emit('e', { id: 1 });
    expect(recorded.events).toHaveLength(1);
    const all = Promise.all([lastValueFrom(observable), lastValueFrom(observable)]);
    recorded.events[0].sink.complete();
    expect(await all).toEqual([undefined, undefined]);
    expect(recorded.events).toHaveLength(1);
  });

  it.each([
    ['e', 'e'],
    [7, '7'],
    [{ b: 'x', a: 1 }, '{"a":1,"b":"x"}'],
  ])('names the pattern by its route: %j', (pattern, route) => {
    const { recorded, client } = make();
    client.emit(pattern, 1);
    expect(recorded.events[0].request).toMatchObject({ pattern: route, isPatternJson: false });
  });

  it('passes on the metadata of the hook and of a record', () => {
    const { recorded, client } = make();
    client.setOnDispatchHook((packet) => (packet.metadata = { trace: '1' }));
    client.emit('e', new SocketPoolRecordBuilder({ id: 1 }).setMetadata({ tenant: 'a' }).build());
    expect(recorded.events[0].request).toMatchObject({
      payload: { id: 1 },
      metadata: { trace: '1', tenant: 'a' },
    });
  });

  it('tells who listens of a failure, and nobody else', async () => {
    const { recorded, client } = make();
    client.emit('e', 1);
    const observable = client.emit('e', 1);
    for (const { sink } of recorded.events) sink.error(new Error('lost'));
    await expect(lastValueFrom(observable)).rejects.toThrow('lost');
  });

  it('fails when the dispatch hook throws, not in the face of the caller', async () => {
    const { client } = make();
    client.setOnDispatchHook(() => {
      throw new Error('no context');
    });
    await expect(lastValueFrom(client.emit('e', 1))).rejects.toThrow('no context');
  });

  it.each([
    [null, 1],
    ['e', undefined],
  ])('refuses %j with %j as Nest does', async (pattern, data) => {
    const { recorded, client } = make();
    await expect(lastValueFrom(client.emit(pattern, data))).rejects.toThrow('The invalid data');
    expect(recorded.events).toEqual([]);
  });
});

describe('request()', () => {
  it('resolves with the reply', async () => {
    const { recorded, client } = make();
    const reply = client.request<number>('sum', [1, 2], { deadlineMs: 9, idempotent: true });
    expect(recorded.lastCall.request).toMatchObject({
      pattern: 'sum',
      payload: [1, 2],
      deadlineMs: 9,
      idempotent: true,
    });
    recorded.lastCall.value(3).end();
    await expect(reply).resolves.toBe(3);
  });

  it('sends what the dispatch hook sets', () => {
    const { recorded, client } = make();
    client.setOnDispatchHook((packet) => (packet.metadata = { trace: '1' }));
    client.request('p', 1, { metadata: { tenant: 'a' } }).catch(() => undefined);
    expect(recorded.lastCall.request.metadata).toEqual({ trace: '1', tenant: 'a' });
  });

  it('rejects with what the handler threw as cause', async () => {
    const { recorded, client } = make();
    const reply = client.request('p', 1);
    recorded.lastCall.failWith({ status: 'error', message: 'no' }, 'HANDLER_FAILED');
    await expect(reply).rejects.toMatchObject({
      name: 'SocketPoolError',
      code: 'HANDLER_FAILED',
      message: 'no',
      cause: { status: 'error', message: 'no' },
    });
  });

  it('rejects bad options, pattern and data, and asks nothing', async () => {
    const { recorded, client } = make();
    const code = (expected: string) => expect.objectContaining({ code: expected }) as unknown;
    await expect(client.request('p', 1, { deadlineMs: -1 })).rejects.toEqual(
      code('INVALID_OPTIONS'),
    );
    await expect(client.request('p', undefined)).rejects.toEqual(code('UNSERIALIZABLE_PAYLOAD'));
    await expect(client.request(Symbol('p'), 1)).rejects.toEqual(code('UNSERIALIZABLE_PAYLOAD'));
    expect(recorded.calls).toEqual([]);
  });

  it('asks nothing when its signal was aborted before', async () => {
    const { recorded, client } = make();
    const signal = AbortSignal.abort();
    await expect(client.request('p', 1, { signal })).rejects.toMatchObject({
      code: 'CANCELLED',
      processed: 'no',
    });
    expect(recorded.calls).toEqual([]);
  });

  it('is given up by its signal', async () => {
    const { recorded, client } = make();
    const abort = new AbortController();
    const reply = client.request('p', 1, { signal: abort.signal });
    abort.abort();
    await expect(reply).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(recorded.lastCall.isCancelled).toBe(true);
  });
});

describe('stream()', () => {
  it('is a paced call per loop', async () => {
    const { recorded, client } = make();
    recorded.onCall = (call) => queueMicrotask(() => call.value(1, 5).value(2, 5).end());
    const stream = client.stream<number>('count', 2);
    const values: number[] = [];
    for await (const value of stream) values.push(value);
    for await (const value of stream) values.push(value);
    expect(values).toEqual([1, 2, 1, 2]);
    expect(recorded.calls.map(({ isPaced }) => isPaced)).toEqual([true, true]);
    expect(recorded.calls.map(({ consumedBytes }) => consumedBytes)).toEqual([10, 10]);
  });

  it('fails out of the loop for bad options', async () => {
    const { client } = make();
    for (const options of [{ deadlineMs: -1 }, { signal: {} as AbortSignal }]) {
      const iterator = client.stream('p', 1, options)[Symbol.asyncIterator]();
      await expect(iterator.next()).rejects.toMatchObject({ code: 'INVALID_OPTIONS' });
    }
  });
});
