import { Server } from '@nestjs/microservices';
import type { PacketHooks } from '../protocol/dialect.js';
import type { Serialization } from '../protocol/packet-hooks.js';
import { packetHooksOf } from '../protocol/packet-hooks.js';

/** What the dialect calls for each packet of a server with this serializer and deserializer. */
export function toServerHooks(serialization: Serialization): PacketHooks | undefined {
  const plain = Object.create(Server.prototype) as Serialization & {
    initializeSerializer(options: object): void;
    initializeDeserializer(options: object): void;
  };
  plain.initializeSerializer({});
  plain.initializeDeserializer({});
  return packetHooksOf(serialization, plain);
}
