import { Controller } from '@nestjs/common';
import type { TcpContext } from '@nestjs/microservices';
import { BaseRpcContext, Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { describe, expect, it } from 'vitest';
import { replies, reply, until } from './support/calls.js';
import { pairings } from './support/pairings.js';
import { converse } from './support/service.js';

const heard: unknown[] = [];

@Controller()
class MetadataController {
  @MessagePattern('metadata')
  metadata(@Payload() data: unknown, @Ctx() context: TcpContext) {
    return { data, metadata: context.getMetadata() ?? null };
  }

  @EventPattern('metadata/event')
  event(@Ctx() context: TcpContext) {
    heard.push(context.getMetadata() ?? null);
  }

  @MessagePattern(['pattern', 7, { cmd: 'pattern' }])
  pattern(@Ctx() context: TcpContext) {
    return { pattern: context.getPattern(), isRpcContext: context instanceof BaseRpcContext };
  }
}

const parts = { controllers: [MetadataController] };

describe.each(pairings)('metadata, $name', (pairing) => {
  it('of the dispatch hook is in the context of a request, beside the data', async () => {
    const { client } = await converse(pairing, parts);
    const metadata = { 'x-request-id': 'след 🐾', empty: '' };
    client.setOnDispatchHook((packet) => (packet.metadata = metadata));

    expect(await reply(client.send('metadata', { order: 7 }))).toEqual({
      data: { order: 7 },
      metadata,
    });
  });

  it('of the dispatch hook is in the context of an event', async () => {
    heard.length = 0;
    const { client } = await converse(pairing, parts);
    client.setOnDispatchHook((packet) => (packet.metadata = { trace: '1' }));
    client.emit('metadata/event', {});
    await until(() => heard.length > 0);

    expect(heard).toEqual([{ trace: '1' }]);
  });

  it('is absent without a hook', async () => {
    const { client } = await converse(pairing, parts);

    expect(await reply(client.send('metadata', 1))).toEqual({ data: 1, metadata: null });
  });

  it('belongs to one packet', async () => {
    const { client } = await converse(pairing, parts);
    let count = 0;
    client.setOnDispatchHook((packet) => (packet.metadata = { count: String((count += 1)) }));
    const calls = [1, 2, 3].map((data) => reply(client.send('metadata', data)));

    expect(await Promise.all(calls)).toEqual([
      { data: 1, metadata: { count: '1' } },
      { data: 2, metadata: { count: '2' } },
      { data: 3, metadata: { count: '3' } },
    ]);
  });

  it('cannot reach the prototype of anything', async () => {
    const { client } = await converse(pairing, parts);
    const metadata = JSON.parse('{"__proto__":"polluted","constructor":"x"}') as Record<
      string,
      string
    >;
    client.setOnDispatchHook((packet) => (packet.metadata = metadata));
    await reply(client.send('metadata', 1));

    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });
});

describe.each(pairings)('the dispatch hook, $name', (pairing) => {
  it('sees pattern and data of every packet once', async () => {
    const { client } = await converse(pairing, parts);
    const seen: unknown[] = [];
    client.setOnDispatchHook(({ pattern, data }) => seen.push({ pattern, data }));
    await reply(client.send('metadata', 1));
    await replies(client.emit('metadata/event', 2));

    expect(seen).toEqual([
      { pattern: 'metadata', data: 1 },
      { pattern: 'metadata/event', data: 2 },
    ]);
  });
});

describe.each(pairings)('the context, $name', (pairing) => {
  it.each([
    ['pattern', 'pattern'],
    [7, '7'],
    [{ cmd: 'pattern' }, '{"cmd":"pattern"}'],
  ])('tells the pattern as text: %j', async (pattern, text) => {
    const { client } = await converse(pairing, parts);

    expect(await reply(client.send(pattern, {}))).toEqual({ pattern: text, isRpcContext: true });
  });
});
