import { Controller } from '@nestjs/common';
import { EventPattern, MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import { range } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { failure, replies, reply, until } from './support/calls.js';
import { CollectingLogger } from './support/collecting-logger.js';
import type { FaceOptions, Pairing } from './support/pairings.js';
import { pairings } from './support/pairings.js';
import { createClient, startService } from './support/service.js';

type Packet = Record<string, unknown>;

interface Setup {
  readonly serverOptions: FaceOptions;
  readonly clientOptions: FaceOptions;
}

const heard: unknown[] = [];

@Controller()
class EchoController {
  @MessagePattern('echo')
  echo(@Payload() data: unknown) {
    return data;
  }

  @MessagePattern('count')
  count(@Payload() length: number) {
    return range(1, length);
  }

  @MessagePattern('fails')
  fails() {
    throw new RpcException('no');
  }

  @EventPattern('event')
  event(@Payload() data: unknown) {
    heard.push(data);
  }
}

const hide = (value: unknown) => Buffer.from(JSON.stringify(value) ?? '').toString('base64');
const reveal = (text: unknown): unknown =>
  text === '' ? undefined : JSON.parse(Buffer.from(text as string, 'base64').toString());

/** Hides one field of a packet; the packet stays a packet. */
const fieldSerializer = (field: string) => ({
  serialize: (packet: Packet) =>
    field in packet ? { ...packet, [field]: hide(packet[field]) } : packet,
});

const fieldDeserializer = (field: string) => ({
  deserialize: (packet: Packet) =>
    field in packet ? { ...packet, [field]: reveal(packet[field]) } : packet,
});

const asynchronous = <T extends { deserialize(value: Packet): unknown }>({ deserialize }: T) => ({
  deserialize: async (value: Packet) => Promise.resolve(deserialize(value)),
});

/** Hides the packet as a whole: nothing of Nest's own format travels. */
const envelopeSerializer = { serialize: (packet: Packet) => ({ sealed: hide(packet) }) };
const envelopeDeserializer = { deserialize: ({ sealed }: Packet) => reveal(sealed) };

const FIELDS = {
  serverOptions: {
    serializer: fieldSerializer('response'),
    deserializer: fieldDeserializer('data'),
  },
  clientOptions: {
    serializer: fieldSerializer('data'),
    deserializer: fieldDeserializer('response'),
  },
};
const ASYNCHRONOUS = {
  serverOptions: {
    ...FIELDS.serverOptions,
    deserializer: asynchronous(FIELDS.serverOptions.deserializer),
  },
  clientOptions: {
    ...FIELDS.clientOptions,
    deserializer: asynchronous(FIELDS.clientOptions.deserializer),
  },
};
const ENVELOPES = { serializer: envelopeSerializer, deserializer: envelopeDeserializer };
const SEALED = { serverOptions: ENVELOPES, clientOptions: ENVELOPES };

async function talk({ server, client }: Pairing, options: Setup) {
  const { serverOptions, clientOptions } = options;
  const { port } = await startService(server, { controllers: [EchoController], serverOptions });
  return createClient(client, { port, ...clientOptions });
}

describe.each(pairings)('serializers and deserializers, $name', (pairing) => {
  const setups: [string, Setup][] = [
    ['of single fields', FIELDS],
    ['of single fields, asynchronous', ASYNCHRONOUS],
    ...(pairing.carriesForeignEnvelopes
      ? ([['of the whole packet', SEALED]] as [string, Setup][])
      : []),
  ];

  it.each(setups)('serve requests %s', async (_, options) => {
    const client = await talk(pairing, options);

    expect(await reply(client.send('echo', { text: 'тайна 🤫' }))).toEqual({ text: 'тайна 🤫' });
    expect(await replies(client.send('count', 3))).toEqual([1, 2, 3]);
  });

  it.each(setups)('serve errors %s', async (_, options) => {
    const client = await talk(pairing, options);

    expect(await failure(client.send('fails', 1))).toEqual({ status: 'error', message: 'no' });
    expect(await failure(client.send('unknown', 1))).toContain('no matching message handler');
  });

  it.each(setups)('serve events %s', async (_, options) => {
    heard.length = 0;
    const client = await talk(pairing, options);
    client.emit('event', { text: 'тайна 🤫' });
    await until(() => heard.length > 0);

    expect(heard).toEqual([{ text: 'тайна 🤫' }]);
  });
});

describe.each(pairings)('a deserializer that throws, $name', ({ server, client: kind }) => {
  it('costs one message and one log line', async () => {
    const logger = new CollectingLogger();
    const deserializer = {
      deserialize: (packet: Packet) => {
        if (packet['data'] === 'bad') throw new Error('not readable');
        return packet;
      },
    };
    const parts = { controllers: [EchoController], serverOptions: { deserializer }, logger };
    const { port } = await startService(server, parts);
    const client = createClient(kind, { port });
    client.send('echo', 'bad').subscribe({ error: () => undefined });
    await until(() => logger.complaints.length > 0);

    expect(await reply(client.send('echo', 'good'))).toBe('good');
    expect(logger.complaints).toHaveLength(1);
  });
});
