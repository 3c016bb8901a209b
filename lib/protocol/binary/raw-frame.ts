import { Buffer } from 'node:buffer';
import type { SocketPoolError } from '../../errors/socket-pool-error.js';
import type { ProtocolLimits } from '../dialect.js';
import { protocolError, tooLarge, undecodable } from '../faults.js';
import type { Metadata } from '../frame.js';
import { isMetadata, toMetadata } from '../metadata.js';
import { JSON_CODEC, jsonCodec, parseJson, RAW_CODEC, rawCodec } from '../payload-codec.js';
import { CODEC_SHIFT, Flag, HEADER_BYTES, JSON_ENVELOPE, RAW_ENVELOPE, readU32 } from './header.js';

const NOTHING = Buffer.alloc(0);

/**
 * A frame as it stands in a chunk: its header, taken apart, and where its body is. A decoder has one of
 * these and points it at frame after frame.
 *
 * The readers of the parts set `fault` instead of throwing where only the one stream is affected.
 */
export class RawFrame {
  readonly limits: ProtocolLimits;
  type = 0;
  flags = 0;
  aux = 0;
  streamId = 0;
  bytes: Buffer = NOTHING;
  /** Where the body begins and ends in `bytes`. */
  start = 0;
  end = 0;
  fault: SocketPoolError | undefined;

  constructor(limits: ProtocolLimits) {
    this.limits = limits;
  }

  /** Points at the frame whose header begins at `at`; all of it has to be there. */
  pointAt(bytes: Buffer, at: number, end: number): void {
    this.type = bytes[at + 4]!;
    this.flags = bytes[at + 5]!;
    this.aux = (bytes[at + 6]! << 8) | bytes[at + 7]!;
    this.streamId = readU32(bytes, at + 8);
    this.bytes = bytes;
    this.start = at + HEADER_BYTES;
    this.end = end;
    this.fault = undefined;
  }

  /** Lets go of the chunk. */
  release(): void {
    this.bytes = NOTHING;
    this.fault = undefined;
  }

  /** The payload was written by a custom serializer. */
  get isEnvelope(): boolean {
    return (this.flags & Flag.Payload) !== 0 && this.flags >>> CODEC_SHIFT >= RAW_ENVELOPE;
  }

  /** @throws SocketPoolError `PROTOCOL_ERROR` when the body is shorter than `bytes` */
  require(bytes: number): void {
    if (this.end - this.start >= bytes) return;
    throw protocolError(
      `a frame of type ${this.type} has a body of ${this.end - this.start} bytes, it needs ${bytes}`,
    );
  }

  /** The payload, from `at` to the end of the body. */
  payload(at: number): unknown {
    if ((this.flags & Flag.Payload) === 0) {
      if (at === this.end) return undefined;
      throw protocolError(
        `a frame of type ${this.type} has ${this.end - at} bytes of payload without the payload flag`,
      );
    }
    try {
      const codec = this.flags >>> CODEC_SHIFT;
      if (codec === JSON_CODEC || codec === JSON_ENVELOPE)
        return jsonCodec.decode(this.bytes, at, this.end);
      if (codec === RAW_CODEC || codec === RAW_ENVELOPE)
        return rawCodec.decode(this.bytes, at, this.end);
      throw new TypeError(`payload codec ${codec} is not known here`);
    } catch (error) {
      this.fault ??= undecodable('the payload', error);
      return undefined;
    }
  }

  metadata(at: number, length: number): Metadata | undefined {
    if (length > this.limits.maxMetadataBytes) {
      this.fault ??= tooLarge('metadata', length, this.limits.maxMetadataBytes);
      return undefined;
    }
    try {
      const value = parseJson(this.bytes, at, at + length);
      if (!isMetadata(value)) throw new TypeError('it is no object');
      return toMetadata(value);
    } catch (error) {
      this.fault ??= undecodable('the metadata', error);
      return undefined;
    }
  }
}
