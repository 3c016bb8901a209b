import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { describe, expect, it } from 'vitest';
import { replies, reply } from './support/calls.js';
import { pairings } from './support/pairings.js';
import { converse } from './support/service.js';

const FALSY = [null, false, 0, ''];

@Controller()
class ValueController {
  @MessagePattern('echo')
  echo(@Payload() data: unknown) {
    return data;
  }

  @MessagePattern('falsy')
  falsy(@Payload() index: number) {
    return FALSY[index];
  }

  @MessagePattern('nothing')
  nothing(): void {}

  @MessagePattern('nothing/promise')
  async nothingPromised(): Promise<void> {
    await Promise.resolve();
  }

  @MessagePattern('repeat')
  repeat(@Payload() { text, times }: { text: string; times: number }) {
    return text.repeat(times);
  }
}

const parts = { controllers: [ValueController] };

describe.each(pairings)('values, $name', (pairing) => {
  it.each([
    ['false', false],
    ['zero', 0],
    ['the empty string', ''],
    ['a string', 'text'],
    ['a string that reads as JSON', '{"id":"1"}'],
    ['a string with the delimiter of the stock dialect', '12#{}#'],
    ['a number', -12.5e-7],
    ['a nested object', { a: [{ b: { c: null } }, [], {}], d: { e: [1, 'x', true] } }],
    ['an object that looks like a reply', { id: 'x', err: 'y', response: 'z', isDisposed: false }],
    ['an object that looks like a request', { pattern: 'p', data: { id: 1 }, metadata: {} }],
    ['an array', [1, [2, [3]]]],
    ['control characters', 'a\u0000b\nc\r\n"\\\u2028'],
  ])('travel both ways: %s', async (_, value) => {
    const { client } = await converse(pairing, parts);

    expect(await replies(client.send('echo', value))).toEqual([value]);
  });

  it.each(FALSY.map((value, index) => [JSON.stringify(value), index, value]))(
    'are delivered when falsy: %s',
    async (_, index, value) => {
      const { client } = await converse(pairing, parts);

      expect(await replies(client.send('falsy', index))).toEqual([value]);
    },
  );

  it.each(['nothing', 'nothing/promise'])('may be absent (%s)', async (pattern) => {
    const { client } = await converse(pairing, parts);

    expect(await replies(client.send(pattern, {}))).toEqual([]);
  });

  it('are written as JSON writes them', async () => {
    const { client } = await converse(pairing, parts);
    const data = { at: new Date(0), gone: undefined, list: [undefined, Number.NaN] };

    expect(await reply(client.send('echo', data))).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      list: [null, null],
    });
  });
});

describe.each(pairings)('large values, $name', (pairing) => {
  it('travel both ways beside small ones', async () => {
    const { client } = await converse(pairing, parts);
    const text = 'ключ 🔑 '.repeat(150_000);
    const large = reply(client.send<string>('echo', text));
    const small = reply(client.send('echo', 1));

    expect(await small).toBe(1);
    expect((await large) === text).toBe(true);
  });

  it('may be the reply to a small one', async () => {
    const { client } = await converse(pairing, parts);
    const text = await reply(client.send<string>('repeat', { text: 'äb', times: 1_000_000 }));

    expect(text.length).toBe(2_000_000);
    expect(text.endsWith('äb')).toBe(true);
  });
});
