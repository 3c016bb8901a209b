import { firstValueFrom, lastValueFrom, retry, timeout } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { SocketPoolClient } from '../../../lib/client/socket-pool-client.js';
import { SocketPoolRecordBuilder } from '../../../lib/client/socket-pool-record.js';
import { SocketPoolError } from '../../../lib/errors/socket-pool-error.js';
import type { RecordedCall } from '../../support/recorded-pool.js';
import { ConnectingClient, DerivedClient, listen, make, turn } from './client-harness.js';

describe.each([
  ['the fast way', SocketPoolClient],
  ['the way of derived classes', DerivedClient],
  ['the way that connects first', ConnectingClient],
])('send(), %s', (_, Client) => {
  const answers: [string, (call: RecordedCall) => void, unknown[]][] = [
    ['one value', (call) => call.value(7).end(), [['next', 7], 'complete']],
    ['no value', (call) => call.end(), ['complete']],
    [
      'several values, undefined and null among them',
      (call) => call.value(1).value(undefined).value(null).value(2).end(),
      [['next', 1], ['next', undefined], ['next', null], ['next', 2], 'complete'],
    ],
    [
      'what a handler threw',
      (call) => call.failWith({ status: 'error', message: 'no' }, 'HANDLER_FAILED'),
      [['error', { status: 'error', message: 'no' }]],
    ],
    [
      'an error after a value',
      (call) => call.value(1).failWith('no handler', 'NO_HANDLER'),
      [
        ['next', 1],
        ['error', 'no handler'],
      ],
    ],
  ];

  it.each(answers)('delivers %s', async (_name, answer, expected) => {
    const { recorded, client } = make(Client);
    const { events } = listen(client);
    await turn();
    answer(recorded.lastCall);
    expect(events).toEqual(expected);
  });

  it('delivers a failure of the transport as it is', async () => {
    const { recorded, client } = make(Client);
    const { events } = listen(client);
    await turn();
    const error = new SocketPoolError('CONNECTION_LOST', 'gone');
    recorded.lastCall.fail(error);
    expect(events).toEqual([['error', error]]);
  });

  it('asks for nobody, and anew for each subscriber', async () => {
    const { recorded, client } = make(Client);
    const observable = client.send('p', 1);
    expect(recorded.calls).toHaveLength(0);
    observable.subscribe();
    observable.subscribe();
    await turn();
    expect(recorded.calls).toHaveLength(2);
  });

  it('can be retried', async () => {
    const { recorded, client } = make(Client);
    recorded.onCall = (call) =>
      queueMicrotask(() =>
        recorded.calls.length < 3 ? call.failWith('no', 'HANDLER_FAILED') : call.value(3).end(),
      );
    await expect(lastValueFrom(client.send('p', 1).pipe(retry(5)))).resolves.toBe(3);
  });

  it('passes on pattern and data', async () => {
    const { recorded, client } = make(Client);
    listen(client, { cmd: 'sum' }, [1, 2]);
    await turn();
    expect(recorded.lastCall.request).toEqual({
      pattern: '{"cmd":"sum"}',
      isPatternJson: true,
      payload: [1, 2],
      metadata: undefined,
      deadlineMs: undefined,
      inherits: true,
      idempotent: undefined,
    });
  });

  it('passes on what a record asks for', async () => {
    const { recorded, client } = make(Client);
    const record = new SocketPoolRecordBuilder([1])
      .setDeadlineMs(50)
      .setMetadata({ tenant: 'a' })
      .setIdempotent()
      .build();
    listen(client, 'p', record);
    await turn();
    expect(recorded.lastCall.request).toMatchObject({
      payload: [1],
      deadlineMs: 50,
      metadata: { tenant: 'a' },
      idempotent: true,
    });
  });

  it('gives the call up when the subscriber leaves, and delivers nothing more', async () => {
    const { recorded, client } = make(Client);
    const { events, unsubscribe } = listen(client);
    await turn();
    recorded.lastCall.value(1);
    unsubscribe();
    recorded.lastCall.value(2).end();
    expect(recorded.lastCall.isCancelled).toBe(true);
    expect(events).toEqual([['next', 1]]);
  });

  it('gives the call up when one value is enough', async () => {
    const { recorded, client } = make(Client);
    const first = firstValueFrom(client.send('p', 1));
    await turn();
    recorded.lastCall.value(1);
    expect(await first).toBe(1);
    expect(recorded.lastCall.isCancelled).toBe(true);
  });

  it('gives the call up at the timeout of the subscriber', async () => {
    const { recorded, client } = make(Client);
    await expect(lastValueFrom(client.send('p', 1).pipe(timeout(5)))).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect(recorded.lastCall.isCancelled).toBe(true);
  });

  it('does not give a settled call up', async () => {
    const { recorded, client } = make(Client);
    const { unsubscribe } = listen(client);
    await turn();
    recorded.lastCall.end();
    unsubscribe();
    expect(recorded.lastCall.isCancelled).toBe(false);
  });

  it('fails for a pattern that cannot be written', async () => {
    const { recorded, client } = make(Client);
    const { events } = listen(client, { big: 1n });
    await turn();
    expect(events).toEqual([
      ['error', expect.objectContaining({ code: 'UNSERIALIZABLE_PAYLOAD' })],
    ]);
    expect(recorded.calls).toEqual([]);
  });

  it('asks nothing when the subscriber left before the connection stood', async () => {
    const { recorded, client } = make(Client);
    recorded.isReady = false;
    const { unsubscribe } = listen(client);
    unsubscribe();
    for (const { resolve } of recorded.waits) resolve();
    await turn();
    expect(recorded.calls.every(({ isCancelled }) => isCancelled)).toBe(true);
  });

  it.each([
    [null, 1],
    [undefined, 1],
    ['p', null],
    ['p', undefined],
  ])('refuses %j with %j as Nest does', async (pattern, data) => {
    const { client } = make(Client);
    const failure = lastValueFrom(client.send(pattern, data));
    await expect(failure).rejects.toThrow('The invalid data or message pattern (undefined/null)');
  });

  it('has the dispatch hook look at every packet, and takes its metadata', async () => {
    const { recorded, client } = make(Client);
    const seen: unknown[] = [];
    client.setOnDispatchHook((packet) => {
      seen.push({ ...packet });
      packet.metadata = { trace: String(seen.length) };
    });
    const first = listen(client, 'a', 1);
    listen(client, 'b', new SocketPoolRecordBuilder(2).setMetadata({ tenant: 'x' }).build());
    await turn();
    expect(seen).toMatchObject([{ pattern: 'a', data: 1 }, { pattern: 'b' }]);
    expect(recorded.calls.map(({ request }) => request.metadata)).toEqual([
      { trace: '1' },
      { trace: '2', tenant: 'x' },
    ]);
    recorded.calls[0].value(1).end();
    expect(first.events).toEqual([['next', 1], 'complete']);
  });

  it('fails when the dispatch hook throws', async () => {
    const { client } = make(Client);
    client.setOnDispatchHook(() => {
      throw new Error('no context');
    });
    await expect(lastValueFrom(client.send('p', 1))).rejects.toThrow('no context');
  });
});

describe('the fast way', () => {
  it('has nothing between the pool and the subscriber', () => {
    const { recorded, client } = make();
    const observable = client.send('p', 1);
    observable.subscribe();
    expect(observable.source).toBeUndefined();
    expect(recorded.lastCall.sink.constructor.name).toBe('SafeSubscriber');
  });
});
