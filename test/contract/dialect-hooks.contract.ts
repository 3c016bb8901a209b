import { expect, it } from 'vitest';
import type { Dialect } from '../../lib/protocol/dialect.js';
import { FrameType } from '../../lib/protocol/frame.js';
import { event, greeting, LIMITS, pairOf, request } from '../support/frames.js';
import { CALLS, codeOf, openings, REPLIES, withoutCredit } from './dialect-exchange.js';

export function describeHooks(dialect: Dialect): void {
  const serialize = (packet: object): unknown => ({ wrapped: packet });
  const deserialize = (value: unknown): object => (value as { wrapped: object }).wrapped;

  it('hands whole packets to custom serializers and deserializers', () => {
    const { client, server } = pairOf(dialect, { hooks: { serialize, deserialize } });
    expect(server.receive(client.send(...CALLS))).toEqual(CALLS);
    const next = pairOf(dialect, { hooks: { serialize, deserialize } });
    next.server.receive(next.client.send(...openings(9)));
    expect(withoutCredit(next.client.receive(next.server.send(...REPLIES)))).toEqual(REPLIES);
  });

  it('shows a deserializer the packets of a peer that has no serializer', () => {
    const packets: unknown[] = [];
    const hooks = { deserialize: (value: unknown) => (packets.push(value), value as object) };
    const { server } = pairOf(dialect, { hooks });
    const { client } = pairOf(dialect);
    server.receive(client.send(request(1, { metadata: { a: 1 } }), event(2)));
    expect(packets).toEqual([
      { pattern: 'sum', data: { id: 1 }, metadata: { a: 1 }, id: '1' },
      { pattern: 'sum', data: { id: 2 } },
    ]);
  });

  it('keeps the order when deserializers take their time', async () => {
    const waiting: (() => void)[] = [];
    const slow = (value: unknown): Promise<object> =>
      new Promise((resolve) => waiting.push(() => resolve(deserialize(value))));
    const { client, server } = pairOf(dialect, { hooks: { serialize, deserialize: slow } });
    server.receive(client.send(...CALLS));
    for (const finish of waiting.toReversed()) {
      expect(server.frames).toEqual([]);
      finish();
    }
    await settle();
    expect(server.frames).toEqual(CALLS);
  });

  it('fails only the call whose packet cannot be read, at once or later', async () => {
    const choosy = (value: unknown): object | Promise<object> => {
      const packet = deserialize(value) as { data?: unknown };
      if (packet.data === 'throw') throw new Error('no');
      return packet.data === 'reject' ? Promise.reject(new Error('no')) : packet;
    };
    const { client, server } = pairOf(dialect, { hooks: { serialize, deserialize: choosy } });
    server.receive(
      client.send(request(1, { payload: 'throw' }), request(2, { payload: 'reject' }), request(3)),
    );
    await settle();
    expect(server.frames).toMatchObject([
      { fault: { code: 'BAD_PAYLOAD' } },
      { fault: { code: 'BAD_PAYLOAD' } },
      { streamId: 3, fault: undefined },
    ]);
  });

  it('reads no further while too many packets wait for a deserializer', async () => {
    const waiting: (() => void)[] = [];
    const slow = (value: unknown): Promise<object> =>
      new Promise((resolve) => waiting.push(() => resolve(value as object)));
    const { server } = pairOf(dialect, { hooks: { deserialize: slow } });
    const { client } = pairOf(dialect);
    const frames = Array.from({ length: 3000 }, (_, index) => request(index + 1));
    expect(server.decoder.read(client.send(...frames))).toBe(false);
    expect(server.decoder.resume()).toBe(false);
    expect(waiting.length).toBeLessThan(1100);
    for (let turns = 0; server.frames.length < 3000 && turns < 100; turns++) {
      for (const finish of waiting.splice(0)) finish();
      await settle();
      server.decoder.resume();
    }
    expect(server.frames).toEqual(frames);
  });

  it('refuses what a serializer cannot make, and goes on', () => {
    const failing = {
      serialize: (packet: { data?: unknown }) => {
        if (packet.data === 'no') throw new Error('no');
        return packet.data === 'nothing' ? undefined : packet;
      },
    };
    const { client } = pairOf(dialect, { hooks: failing });
    expect(codeOf(() => client.send(request(1, { payload: 'no' })))).toBe('UNSERIALIZABLE_PAYLOAD');
    expect(codeOf(() => client.send(request(2, { payload: 'nothing' })))).toBe(
      'UNSERIALIZABLE_PAYLOAD',
    );
    expect(codeOf(() => client.send(request(3)))).toBe('none');
  });

  it('reports a receiver that throws on a frame that came late', async () => {
    const errors: Error[] = [];
    const hooks = { deserialize: async (value: unknown) => value as object };
    const options = {
      role: 'server' as const,
      limits: LIMITS,
      hooks,
      onError: (error: Error) => void errors.push(error),
    };
    const reader = dialect.open(options).decoder((frame) => {
      if (frame.type !== FrameType.Hello) throw new Error('the receiver failed');
    });
    const { client } = pairOf(dialect);
    reader.read(greeting(dialect));
    reader.read(client.send(request(1)));
    await settle();
    expect(errors).toMatchObject([{ message: 'the receiver failed' }]);
  });
}

/** Lets promise callbacks run. */
async function settle(): Promise<void> {
  for (let round = 0; round < 10; round++) await Promise.resolve();
}
