import { FrameType } from '../frame.js';

/** Length (of what follows the header), type, flags, aux, stream id: PROTOCOL.md §3. */
export const HEADER_BYTES = 12;

export const Flag = {
  /** Nothing follows on this stream. */
  End: 0x01,
  /** A payload is present, be it of zero bytes. */
  Payload: 0x02,
  /** Metadata is present. */
  Metadata: 0x04,
  /** Reserved: part of a message. */
  Fragment: 0x08,
  /** Reserved: the payload is compressed. */
  Compressed: 0x10,
} as const;

/** The number of the payload codec stands in the upper three bits of the flags. */
export const CODEC_SHIFT = 5;

/** Codec numbers of packets that a custom serializer has written: PROTOCOL.md §6.3. */
export const RAW_ENVELOPE = 6;
export const JSON_ENVELOPE = 7;

/** Unknown types below this number end the connection, those from it on are skipped. */
export const FIRST_IGNORABLE_TYPE = 0x80;

/** The longest body of a frame of fixed form, room for later additions included. */
export const MAX_CONTROL_BYTES = 8 * 1024;
export const MAX_HELLO_BYTES = 64 * 1024;
/** The longest text in a go-away or rejected frame. */
export const MAX_MESSAGE_TEXT_BYTES = 1024;

/** The longest body that may be announced, where a message may have `maxMessageBytes`. */
export function bodyLimitOf(type: number, maxMessageBytes: number): number {
  switch (type) {
    case FrameType.Request:
    case FrameType.Event:
    case FrameType.Response:
    case FrameType.Error:
      return maxMessageBytes;
    case FrameType.Hello:
      return MAX_HELLO_BYTES;
    default:
      return type < FIRST_IGNORABLE_TYPE ? MAX_CONTROL_BYTES : maxMessageBytes;
  }
}

/** An unsigned 32-bit number, big-endian. */
export function readU32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
  );
}

export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
