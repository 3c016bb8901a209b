import { Buffer } from 'node:buffer';
import type { CodecOptions, FrameEncoder, Packet, PacketHooks } from '../dialect.js';
import { tooLarge, unserializable } from '../faults.js';
import type {
  ErrorFrame,
  EventFrame,
  Frame,
  RejectedFrame,
  RequestFrame,
  ResponseFrame,
} from '../frame.js';
import { FrameType, RejectReason } from '../frame.js';
import { errorPacket, openingPacket, responsePacket, serializePacket } from '../packet.js';
import { encodeJson } from '../payload-codec.js';
import { writeText } from '../text.js';
import type { WriteBuffer } from '../write-buffer.js';
import type { PacketIds } from './packet-ids.js';

/** Text from this length on gets memory of its own instead of growing the buffer of the connection. */
const OWN_MEMORY_LENGTH = 32 * 1024;

const REFUSALS: Readonly<Record<number, string>> = {
  [RejectReason.Draining]: 'the server is draining',
  [RejectReason.Overloaded]: 'the server is overloaded',
  [RejectReason.TooManyStreams]: 'too many calls at once on one connection',
  [RejectReason.DeadlinePassed]: 'the deadline passed before the call was run',
  [RejectReason.RateLimited]: 'too many calls in a short time',
};

/**
 * Frames to the packets of stock Nest, key for key and in its order. What the stock protocol has no
 * packet for is not written: hello, pings, cancel, credit and go-away.
 */
export class NestTcpEncoder implements FrameEncoder {
  readonly #ids: PacketIds;
  readonly #hooks: PacketHooks | undefined;
  #maxMessageBytes: number;

  constructor(options: CodecOptions, ids: PacketIds) {
    this.#ids = ids;
    this.#hooks = options.hooks?.serialize === undefined ? undefined : options.hooks;
    this.#maxMessageBytes = options.limits.maxMessageBytes;
  }

  limitTo(maxFrameBytes: number): void {
    this.#maxMessageBytes = Math.min(this.#maxMessageBytes, maxFrameBytes);
  }

  /** Always 0: the dialect has no credit. */
  encode(frame: Frame, out: WriteBuffer): number {
    switch (frame.type) {
      case FrameType.Request:
      case FrameType.Event:
        this.#write(this.#serialize(callPacket(frame)), out);
        return 0;
      case FrameType.Response:
      case FrameType.Error:
      case FrameType.Rejected:
        this.#writeReply(frame, out);
        return 0;
      default:
        return 0;
    }
  }

  #writeReply(frame: ResponseFrame | ErrorFrame | RejectedFrame, out: WriteBuffer): void {
    const { streamId } = frame;
    if (!this.#ids.has(streamId)) return;
    this.#write(this.#serialize(replyPacket(frame, this.#ids.get(streamId))), out);
    if (frame.type !== FrameType.Response || frame.isEnd) this.#ids.close(streamId);
  }

  #serialize(packet: Packet): unknown {
    return this.#hooks === undefined ? packet : serializePacket(this.#hooks, packet);
  }

  #write(value: unknown, out: WriteBuffer): void {
    const text = encodeJson('the packet', value);
    if (text === undefined) {
      throw unserializable(
        'the packet',
        new TypeError('the serializer returned nothing that JSON can hold'),
      );
    }
    this.#checkLength(text);
    writeText(`${text.length}#`, out);
    if (text.length < OWN_MEMORY_LENGTH) writeText(text, out);
    else out.appendChunk(Buffer.from(text, 'utf8'));
  }

  #checkLength(text: string): void {
    const limit = this.#maxMessageBytes;
    // Counting is only worth it where multi-byte characters could make the difference.
    if (text.length * 3 <= limit) return;
    const bytes = text.length > limit ? text.length : Buffer.byteLength(text, 'utf8');
    if (bytes > limit) throw tooLarge('message', bytes, limit);
  }
}

/** An event carries its route as a string, whatever its pattern was: so does the stock client. */
function callPacket(frame: RequestFrame | EventFrame): Packet {
  if (frame.type === FrameType.Request) return openingPacket(frame, String(frame.streamId));
  return openingPacket(frame.isPatternJson ? { ...frame, isPatternJson: false } : frame);
}

function replyPacket(frame: ResponseFrame | ErrorFrame | RejectedFrame, id: unknown): Packet {
  if (frame.type === FrameType.Response) return responsePacket(frame, id);
  if (frame.type === FrameType.Rejected) return failurePacket(refusalText(frame), id);
  if (frame.code === 'HANDLER_FAILED' || frame.code === 'NO_HANDLER') return errorPacket(frame, id);
  return failurePacket(typeof frame.payload === 'string' ? frame.payload : frame.code, id);
}

/** A failure of the transport, in the form in which stock Nest tells of an unknown exception. */
function failurePacket(message: string, id: unknown): Packet {
  return { err: { status: 'error', message }, isDisposed: true, id };
}

function refusalText(frame: RejectedFrame): string {
  const reason = REFUSALS[frame.reason] ?? `reason ${frame.reason}`;
  return `The call was refused: ${frame.message === '' ? reason : frame.message}`;
}
