import type { SocketPoolError } from '../../errors/socket-pool-error.js';
import type { CodecOptions, FrameSink, Packet, PacketHooks, Role } from '../dialect.js';
import { undecodable } from '../faults.js';
import type { EventFrame, Frame, RequestFrame, ResponseFrame } from '../frame.js';
import { FrameType, MAX_STREAM_ID } from '../frame.js';
import { MAX_JSON_DEPTH } from '../json-depth.js';
import { isMetadata } from '../metadata.js';
import type { MaybeFrame } from '../ordered-sink.js';
import { OrderedSink } from '../ordered-sink.js';
import type { PacketTarget } from '../packet.js';
import { deserializePacket, faultyOpening, faultyReply, openingOf, replyOf } from '../packet.js';
import type { PacketIds } from './packet-ids.js';

const STREAM_ID = /^[1-9][0-9]{0,9}$/;

/** Makes frames of the JSON values that came, through a deserializer where there is one. */
export class PacketReader {
  readonly #role: Role;
  readonly #hooks: PacketHooks | undefined;
  readonly #ids: PacketIds;
  readonly #sink: FrameSink;
  /** Only where a custom deserializer may make frames wait. */
  readonly #ordered: OrderedSink | undefined;
  /** Streams are numbered as they come. The numbers never go on the wire, so they have no upper bound. */
  #lastStreamId = 0;

  constructor(options: CodecOptions, ids: PacketIds, sink: FrameSink) {
    this.#role = options.role;
    this.#ids = ids;
    this.#sink = sink;
    if (options.hooks?.deserialize === undefined) return;
    this.#hooks = options.hooks;
    this.#ordered = new OrderedSink(sink, options.limits.maxMessageBytes, options.onError);
  }

  get isFull(): boolean {
    return this.#ordered !== undefined && this.#ordered.isFull;
  }

  close(): void {
    this.#ordered?.close();
  }

  /** @param bytes how many bytes the message had */
  take(value: unknown, bytes: number): void {
    // `null`, `0`, `false` and `""` are the empty packet, as in stock Nest.
    const packet = value || {};
    const target =
      this.#role === 'server' ? this.#openingTarget(packet) : this.#replyTarget(packet);
    this.#push(deserializePacket(this.#hooks, this.#role, target), bytes);
  }

  /** A packet that nests too deep to be handed on fails alone, if it can be answered at all. */
  takeTooDeep(value: unknown, bytes: number): void {
    const fault = undecodable(
      'the packet',
      new RangeError(`it nests deeper than ${MAX_JSON_DEPTH} levels`),
    );
    const id = isMetadata(value) && typeof value.id !== 'object' ? value.id : undefined;
    const target =
      this.#role === 'server' ? this.#openingTarget({ id }) : this.#replyTarget({ id });
    this.#push(target.toFault(fault), bytes);
  }

  #push(frame: MaybeFrame | Promise<MaybeFrame>, bytes: number): void {
    if (this.#ordered !== undefined) this.#ordered.push(frame, bytes);
    else if (frame !== undefined) this.#sink(frame as Frame); // Without a custom deserializer nothing is a promise.
  }

  #openingTarget(value: unknown): PacketTarget {
    // Numbered before the deserializer runs, so that the order of arrival is the order of the numbers.
    const streamId = ++this.#lastStreamId;
    return {
      value: () => value,
      toFrame: (packet) => this.#toOpening(packet, streamId),
      toFault: (fault) => this.#toFaultyOpening(fault, idOf(value), streamId),
    };
  }

  #toOpening(packet: Packet, streamId: number): RequestFrame | EventFrame {
    const { id } = packet;
    const type = id === undefined ? FrameType.Event : FrameType.Request;
    const frame = openingOf(packet, { type, streamId, timeoutMs: 0 });
    if (id !== undefined) this.#ids.open(streamId, id);
    return frame;
  }

  /** With an id, however odd, the peer gets an answer. */
  #toFaultyOpening(
    fault: SocketPoolError,
    id: unknown,
    streamId: number,
  ): RequestFrame | EventFrame {
    if (id === undefined)
      return faultyOpening(fault, { type: FrameType.Event, streamId, timeoutMs: 0 });
    this.#ids.keep(streamId, id);
    return faultyOpening(fault, { type: FrameType.Request, streamId, timeoutMs: 0 });
  }

  #replyTarget(value: unknown): PacketTarget {
    return {
      value: () => value,
      toFrame: toReply,
      toFault: (fault) => toFaultyReply(fault, idOf(value)),
    };
  }
}

function toReply(packet: Packet): MaybeFrame {
  const streamId = streamIdOf(packet.id);
  if (streamId === undefined) return undefined;
  return replyOf(packet, {
    streamId,
    isEnd: Boolean(packet.isDisposed || packet.err),
    creditBytes: 0,
  });
}

function toFaultyReply(fault: SocketPoolError, id: unknown): ResponseFrame | undefined {
  const streamId = streamIdOf(id);
  return streamId === undefined
    ? undefined
    : faultyReply(fault, { streamId, isEnd: true, creditBytes: 0 });
}

/** The id that a value would have if it were a packet. */
function idOf(value: unknown): unknown {
  return isMetadata(value) ? value.id : undefined;
}

/** The stream of a reply; ids that this end never gave belong to nobody. */
function streamIdOf(id: unknown): number | undefined {
  if (typeof id !== 'string' || !STREAM_ID.test(id)) return undefined;
  const streamId = Number(id);
  return streamId <= MAX_STREAM_ID ? streamId : undefined;
}
