import { Buffer } from 'node:buffer';
import type { SocketPoolError } from '../../errors/socket-pool-error.js';
import type { ProtocolLimits } from '../dialect.js';
import { tooLarge } from '../faults.js';
import type { Content } from '../payload-codec.js';
import { jsonCodec, rawCodec } from '../payload-codec.js';
import { truncateText, writeText } from '../text.js';
import { COPY_LIMIT_BYTES, WriteBuffer } from '../write-buffer.js';
import {
  bodyLimitOf,
  CODEC_SHIFT,
  Flag,
  HEADER_BYTES,
  JSON_ENVELOPE,
  MAX_MESSAGE_TEXT_BYTES,
  RAW_ENVELOPE,
  writeU32,
} from './header.js';

/** Text from this length on gets memory of its own instead of growing the buffer of the connection. */
const OWN_MEMORY_LENGTH = 32 * 1024;

const LENGTH_BYTES = 4;

const JSON_FLAGS = Flag.Payload | (jsonCodec.number << CODEC_SHIFT);
const RAW_FLAGS = Flag.Payload | (rawCodec.number << CODEC_SHIFT);
const JSON_ENVELOPE_FLAGS = Flag.Payload | (JSON_ENVELOPE << CODEC_SHIFT);
const RAW_ENVELOPE_FLAGS = Flag.Payload | (RAW_ENVELOPE << CODEC_SHIFT);

/**
 * Writes one frame at a time: `begin`, the parts of the body in order, `finish`. The header is written
 * last, into the room that `begin` left, because only then the length is known. One writer serves a
 * whole connection, so that a frame needs no object of its own.
 */
export class FrameWriter {
  #out = new WriteBuffer();
  #start = 0;
  /** A large payload that is not copied: it is appended when the frame is finished. */
  #tail: Uint8Array | undefined;
  readonly #limits: ProtocolLimits;
  #maxBodyBytes: number;

  constructor(limits: ProtocolLimits) {
    this.#limits = limits;
    this.#maxBodyBytes = limits.maxMessageBytes;
  }

  limitTo(maxBodyBytes: number): void {
    this.#maxBodyBytes = Math.min(this.#maxBodyBytes, maxBodyBytes);
  }

  /** @param fixedBytes room for the fields of fixed length, which are then written without a check */
  begin(out: WriteBuffer, fixedBytes: number): void {
    this.#out = out;
    this.#start = out.offset;
    this.#tail = undefined;
    out.reserve(HEADER_BYTES + fixedBytes);
    out.offset += HEADER_BYTES;
  }

  /** Numbers above the range are written as the greatest one. */
  u32(value: number): void {
    writeU32(this.#out.bytes, this.#out.offset, value > 0xffff_ffff ? 0xffff_ffff : value);
    this.#out.offset += 4;
  }

  bytes(bytes: Uint8Array): void {
    const out = this.#out;
    const { length } = bytes;
    out.reserve(length);
    if (length <= 32) for (let at = 0; at < length; at++) out.bytes[out.offset + at] = bytes[at]!;
    else out.bytes.set(bytes, out.offset);
    out.offset += length;
  }

  /** Text as the rest of the body, cut to what such a text may have. */
  message(text: string): void {
    writeText(truncateText(text, MAX_MESSAGE_TEXT_BYTES), this.#out);
  }

  /** @throws SocketPoolError `MESSAGE_TOO_LARGE` */
  pattern(bytes: Uint8Array): void {
    const { maxPatternBytes } = this.#limits;
    if (bytes.length > maxPatternBytes) throw tooLarge('pattern', bytes.length, maxPatternBytes);
    this.bytes(bytes);
  }

  /**
   * Appends metadata behind its length.
   *
   * @param text its JSON; `undefined` when it has none
   * @returns the flag that says so; 0 when there is none
   * @throws SocketPoolError `MESSAGE_TOO_LARGE`
   */
  metadata(text: string | undefined): number {
    if (text === undefined) return 0;
    const { maxMetadataBytes } = this.#limits;
    if (text.length > maxMetadataBytes) throw tooLarge('metadata', text.length, maxMetadataBytes);
    const out = this.#out;
    out.reserve(LENGTH_BYTES);
    const lengthAt = out.offset;
    out.offset += LENGTH_BYTES;
    writeText(text, out);
    const length = out.offset - lengthAt - LENGTH_BYTES;
    if (length > maxMetadataBytes) throw tooLarge('metadata', length, maxMetadataBytes);
    writeU32(out.bytes, lengthAt, length);
    return Flag.Metadata;
  }

  /**
   * Appends a payload, as the last part of the body.
   *
   * @returns the flags that say so; 0 when there is nothing to write
   * @throws SocketPoolError `MESSAGE_TOO_LARGE`
   */
  payload(content: Content): number {
    if (content === undefined) return 0;
    return this.#append(content) ? JSON_FLAGS : RAW_FLAGS;
  }

  /** Appends what a custom serializer made of a packet; as `payload`. */
  envelope(content: Content): number {
    if (content === undefined) return 0;
    return this.#append(content) ? JSON_ENVELOPE_FLAGS : RAW_ENVELOPE_FLAGS;
  }

  /**
   * Writes the header and closes the frame.
   *
   * @param word type, flags and aux as they stand in the header: `type << 24 | flags << 16 | aux`
   * @returns the length of the frame with its header, in bytes
   * @throws SocketPoolError `MESSAGE_TOO_LARGE`
   */
  finish(word: number, streamId: number): number {
    const out = this.#out;
    const tail = this.#tail;
    const length = out.offset - this.#start - HEADER_BYTES + (tail === undefined ? 0 : tail.length);
    if (length > this.#maxBodyBytes && length > bodyLimitOf(word >>> 24, this.#maxBodyBytes))
      throw this.#tooLarge(length);
    writeU32(out.bytes, this.#start, length);
    writeU32(out.bytes, this.#start + 4, word);
    writeU32(out.bytes, this.#start + 8, streamId);
    if (tail !== undefined) {
      this.#tail = undefined;
      out.appendChunk(tail);
    }
    return length + HEADER_BYTES;
  }

  /** @returns whether it was text */
  #append(content: string | Uint8Array): boolean {
    if (typeof content === 'string') {
      this.#appendText(content);
      return true;
    }
    this.#appendBytes(content);
    return false;
  }

  #appendText(text: string): void {
    // Held before memory is taken: text has at least as many bytes as code units.
    if (text.length > this.#maxBodyBytes) throw this.#tooLarge(text.length);
    if (text.length < OWN_MEMORY_LENGTH) writeText(text, this.#out);
    else this.#tail = Buffer.from(text, 'utf8');
  }

  #appendBytes(bytes: Uint8Array): void {
    if (bytes.length > this.#maxBodyBytes) throw this.#tooLarge(bytes.length);
    if (bytes.length < COPY_LIMIT_BYTES) this.bytes(bytes);
    else this.#tail = bytes;
  }

  #tooLarge(bytes: number): SocketPoolError {
    return tooLarge('message', bytes, this.#maxBodyBytes);
  }
}
