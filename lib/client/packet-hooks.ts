import type { ProducerDeserializer, ProducerSerializer } from '@nestjs/microservices';
import { ClientProxy } from '@nestjs/microservices';
import type { Packet, PacketHooks } from '../protocol/dialect.js';

/** The serializer and deserializer of a client, whoever set them. */
export interface Serialization {
  readonly serializer: ProducerSerializer;
  readonly deserializer: ProducerDeserializer;
}

/**
 * What the dialect calls for each packet, and only where it is not Nest's default, which changes
 * nothing.
 */
export function toPacketHooks({
  serializer,
  deserializer,
}: Serialization): PacketHooks | undefined {
  const defaults = makeDefaults();
  const serialize = isAlike(serializer, defaults.serializer)
    ? undefined
    : (packet: Packet): unknown => serializer.serialize(packet as never);
  const deserialize = isAlike(deserializer, defaults.deserializer)
    ? undefined
    : (value: unknown): Packet | Promise<Packet> =>
        deserializer.deserialize(value) as Packet | Promise<Packet>;
  if (serialize === undefined && deserialize === undefined) return undefined;
  return { serialize, deserialize };
}

/** What a ClientProxy without options has. The class of its serializer is not exported by Nest. */
function makeDefaults(): Serialization {
  const client = Object.create(ClientProxy.prototype) as Serialization & {
    initializeSerializer(options: object): void;
    initializeDeserializer(options: object): void;
  };
  client.initializeSerializer({});
  client.initializeDeserializer({});
  return client;
}

/** A class derived from the default one may change what it does. */
function isAlike(value: object, other: object): boolean {
  return Object.getPrototypeOf(value) === Object.getPrototypeOf(other);
}
