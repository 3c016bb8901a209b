import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import type { TcpContext } from '@nestjs/microservices';
import { from } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { failure, replies, reply, until } from './support/calls.js';
import { pairings } from './support/pairings.js';
import { frameOf, RawPeer } from './support/raw-peer.js';
import { converse, createClient, startService } from './support/service.js';

/** One, two, three and four bytes in UTF-8, one or two code units in UTF-16. */
const SAMPLES = [
  ['two bytes', 'grüße, привет, γειά'],
  ['three bytes', '日本語 — 한국어 — ก'],
  ['four bytes', '😀🚀𝄞𠜎'],
  ['joined emoji', '👩‍👩‍👧‍👦🏳️‍🌈'],
  ['combining marks', 'e\u0301 \u202Eright to left\u202C'],
  ['a byte order mark', '\uFEFFtext'],
  ['a lone surrogate', 'high \uD83D alone'],
] as const;

const heard: unknown[] = [];

@Controller()
class TextController {
  @MessagePattern('эхо/🦜')
  echo(@Payload() data: unknown, @Ctx() context: TcpContext) {
    return { data, pattern: context.getPattern() };
  }

  @MessagePattern({ команда: 'эхо', '🔑': '🦜' })
  echoByObject(@Payload() data: unknown) {
    return data;
  }

  @MessagePattern('letters')
  letters(@Payload() text: string) {
    return from(Array.from(text));
  }

  @MessagePattern('fails')
  fails(@Payload() text: string) {
    throw new RpcException({ message: text, code: '❌' });
  }

  @EventPattern('событие/📣')
  hear(@Payload() data: unknown) {
    heard.push(data);
  }
}

const parts = { controllers: [TextController] };

describe.each(pairings)('multi-byte text, $name', (pairing) => {
  it.each(SAMPLES)('survives in data, key and reply: %s', async (_, text) => {
    const { client } = await converse(pairing, parts);
    const data = { [text]: text, list: [text, 'ascii', text] };

    expect(await reply(client.send({ '🔑': '🦜', команда: 'эхо' }, data))).toEqual(data);
  });

  it('survives in the pattern', async () => {
    const { client } = await converse(pairing, parts);

    expect(await reply(client.send('эхо/🦜', '€'))).toEqual({ data: '€', pattern: 'эхо/🦜' });
  });

  it('survives in a stream of single characters', async () => {
    const { client } = await converse(pairing, parts);
    const text = 'aé€😀'.repeat(50);

    expect((await replies(client.send('letters', text))).join('')).toBe(text);
  });

  it('survives in an error', async () => {
    const { client } = await converse(pairing, parts);

    expect(await failure(client.send('fails', 'не найдено 🔍'))).toEqual({
      message: 'не найдено 🔍',
      code: '❌',
    });
  });

  it('survives in an event', async () => {
    const { client } = await converse(pairing, parts);
    heard.length = 0;
    client.emit('событие/📣', { весть: '📰' });
    await until(() => heard.length > 0);

    expect(heard).toEqual([{ весть: '📰' }]);
  });
});

describe.each(pairings)('multi-byte text in pieces, $name', ({ server, client: kind }) => {
  it('is put together from single bytes, and does not disturb other clients', async () => {
    const { port } = await startService(server, parts);
    const other = createClient(kind, { port });
    const peer = await RawPeer.connect(port);
    const data = 'aé€😀';
    peer.socket.setNoDelay(true);

    for (const byte of Buffer.from(frameOf({ id: '1', pattern: 'letters', data }))) {
      peer.write(Buffer.of(byte));
      expect(await replies(other.send('letters', '€'))).toEqual(['€']);
    }
    await until(() => peer.packets.some(({ isDisposed }) => isDisposed === true));

    const letters = peer.packets.map(({ response }) => response).filter(Boolean);
    expect(letters).toEqual(Array.from(data));
  });
});
