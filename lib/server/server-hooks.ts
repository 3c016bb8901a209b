import type { ConsumerDeserializer, ConsumerSerializer } from '@nestjs/microservices';
import { Server } from '@nestjs/microservices';
import type { Packet, PacketHooks } from '../protocol/dialect.js';

/** The serializer and deserializer of a server, whoever set them. */
export interface ServerSerialization {
  readonly serializer: ConsumerSerializer;
  readonly deserializer: ConsumerDeserializer;
}

/** What the dialect calls for each packet, and only where it is not Nest's default, which changes nothing. */
export function toServerHooks({
  serializer,
  deserializer,
}: ServerSerialization): PacketHooks | undefined {
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

/** What a Server without options has. The class of its serializer is not exported by Nest. */
function makeDefaults(): ServerSerialization {
  const server = Object.create(Server.prototype) as ServerSerialization & {
    initializeSerializer(options: object): void;
    initializeDeserializer(options: object): void;
  };
  server.initializeSerializer({});
  server.initializeDeserializer({});
  return server;
}

/** A class derived from the default one may change what it does. */
function isAlike(value: object, other: object): boolean {
  return Object.getPrototypeOf(value) === Object.getPrototypeOf(other);
}
