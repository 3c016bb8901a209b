import type { Packet, PacketHooks } from './dialect.js';

/** A pair of a serializer and a deserializer, as Nest's clients and servers have them. */
export interface Serialization {
  readonly serializer: { serialize(value: never): unknown };
  readonly deserializer: { deserialize(value: unknown): unknown };
}

/**
 * What the dialect calls for each packet, and only where it is not Nest's default, which changes
 * nothing.
 *
 * @param defaults what a client or server without options has; Nest does not export its classes
 */
export function packetHooksOf(
  { serializer, deserializer }: Serialization,
  defaults: Serialization,
): PacketHooks | undefined {
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

/** A class derived from the default one may change what it does. */
function isAlike(value: object, other: object): boolean {
  return Object.getPrototypeOf(value) === Object.getPrototypeOf(other);
}
