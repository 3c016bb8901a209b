import { Buffer } from 'node:buffer';
import { unserializable } from './faults.js';
import { isTooDeep, MAX_JSON_DEPTH } from './json-depth.js';
import { readText } from './text.js';

/** How a payload is written. The number is the one on the wire (PROTOCOL.md §6). */
export interface PayloadCodec {
  readonly number: number;
  readonly name: string;

  /**
   * The value as text (which is then written as UTF-8) or as bytes; `undefined` when there is nothing
   * to write. May throw anything.
   */
  encode(value: unknown): string | Uint8Array | undefined;

  /** The value of the bytes `[start, end)`, which belong to somebody else. May throw anything. */
  decode(bytes: Buffer, start: number, end: number): unknown;
}

export const JSON_CODEC = 0;
export const RAW_CODEC = 1;

/** Text of `JSON.stringify`, with all it does: `toJSON`, dropped `undefined`, `null` for `NaN`. */
export const jsonCodec: PayloadCodec = {
  number: JSON_CODEC,
  name: 'json',
  encode: (value) => JSON.stringify(value) as string | undefined,
  decode: (bytes, start, end) => parseJson(bytes, start, end),
};

/** Bytes, untouched. What comes in is always a `Buffer`. */
export const rawCodec: PayloadCodec = {
  number: RAW_CODEC,
  name: 'raw',
  encode: (value) => value as Uint8Array,
  decode: (bytes, start, end) => keepBytes(bytes, start, end),
};

/** Numbers of the codecs that this version reads, for the hello. */
export const READABLE_CODECS: readonly number[] = [JSON_CODEC, RAW_CODEC];

/** Whether a value travels as bytes instead of JSON: a `Buffer` or another `Uint8Array`. */
export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

/**
 * `JSON.stringify`; `undefined` where it has no text for the value.
 *
 * @throws SocketPoolError `UNSERIALIZABLE_PAYLOAD`
 */
export function encodeJson(what: string, value: unknown): string | undefined {
  try {
    return jsonCodec.encode(value) as string | undefined;
  } catch (error) {
    throw unserializable(what, error);
  }
}

/** A payload that is ready to be written: text for JSON, bytes as they are, or nothing. */
export type Content = string | Uint8Array | undefined;

/**
 * Runs code of the caller (`toJSON`, getters), which may send other frames meanwhile: it has to be done
 * before the first byte of a frame is written.
 *
 * @throws SocketPoolError `UNSERIALIZABLE_PAYLOAD`
 */
export function contentOf(value: unknown): Content {
  if (value === undefined) return undefined;
  return isBytes(value) ? (rawCodec.encode(value) as Uint8Array) : encodeJson('the payload', value);
}

/** `JSON.parse` over bytes, with the depth held within bounds. */
export function parseJson(bytes: Buffer, start: number, end: number): unknown {
  if (isTooDeep(bytes, start, end))
    throw new RangeError(`it nests deeper than ${MAX_JSON_DEPTH} levels`);
  return JSON.parse(readText(bytes, start, end));
}

/**
 * Bytes for somebody who may keep them: a view where they are most of the memory behind it, else a
 * copy, so that a few bytes never hold a chunk of 64 KiB.
 */
export function keepBytes(bytes: Buffer, start: number, end: number): Buffer {
  const view = bytes.subarray(start, end);
  return view.length * 2 >= bytes.buffer.byteLength ? view : Buffer.from(view);
}
