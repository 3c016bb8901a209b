import type { SocketPoolError } from '../errors/socket-pool-error.js';
import type { Packet, PacketHooks, Role } from './dialect.js';
import { undecodable, unserializable } from './faults.js';
import type { ErrorFrame, EventFrame, RequestFrame, ResponseFrame } from './frame.js';
import { FrameType } from './frame.js';
import { isMetadata, toMetadata } from './metadata.js';
import type { MaybeFrame } from './ordered-sink.js';

/** What a stock Nest server answers when it has no handler. */
export const STOCK_NO_HANDLER =
  'There is no matching message handler defined in the remote service.';

/** The packet of a call, with its keys in the order in which stock Nest sets them. */
export function openingPacket(frame: RequestFrame | EventFrame, id?: string): Packet {
  const packet: Packet = { pattern: patternOf(frame), data: frame.payload };
  if (frame.metadata !== undefined) packet.metadata = frame.metadata;
  if (id !== undefined) packet.id = id;
  return packet;
}

function patternOf({ pattern, isPatternJson }: RequestFrame | EventFrame): unknown {
  if (!isPatternJson) return pattern;
  try {
    return JSON.parse(pattern);
  } catch (error) {
    throw unserializable('the pattern', error);
  }
}

/** The packet of a value of a reply, its end, or both, with its keys in the order of stock Nest. */
export function responsePacket(frame: ResponseFrame, id: unknown): Packet {
  if (!frame.isEnd) return { response: frame.payload, id };
  if (frame.hasPayload) return { response: frame.payload, isDisposed: true, id };
  return { isDisposed: true, id };
}

/** The packet of a failure, with its keys in the order of stock Nest. */
export function errorPacket(frame: ErrorFrame, id: unknown): Packet {
  if (frame.code === 'NO_HANDLER') return { id, status: 'error', err: frame.payload };
  return { err: frame.payload, isDisposed: true, id };
}

/** Runs a custom serializer. */
export function serializePacket(hooks: PacketHooks, packet: Packet): unknown {
  try {
    return hooks.serialize!(packet);
  } catch (error) {
    throw unserializable('the packet', error);
  }
}

/** How a packet that was read becomes a frame. */
export interface PacketTarget {
  /** What the deserializer is given. */
  value(): unknown;
  /** `undefined` when nobody waits for it. */
  toFrame(packet: Packet): MaybeFrame;
  toFault(fault: SocketPoolError): MaybeFrame;
}

/** Runs the deserializer, a custom one or the one of stock Nest, and makes the frame. Never throws, never rejects. */
export function deserializePacket(
  hooks: PacketHooks | undefined,
  role: Role,
  target: PacketTarget,
): MaybeFrame | Promise<MaybeFrame> {
  const fail = (error: unknown): MaybeFrame => target.toFault(undecodable('the packet', error));
  const build = (packet: Packet | undefined): MaybeFrame => {
    if (!isMetadata(packet)) return fail(new TypeError('the deserializer returned no packet'));
    return target.toFrame(packet as Packet);
  };
  try {
    const value = target.value();
    const packet =
      hooks?.deserialize === undefined ? stockPacket(role, value) : hooks.deserialize(value);
    if (!isThenable(packet)) return build(packet);
    return Promise.resolve(packet).then(build).catch(fail);
  } catch (error) {
    return fail(error);
  }
}

function isThenable(value: unknown): value is PromiseLike<Packet> {
  return typeof (value as PromiseLike<Packet> | undefined)?.then === 'function';
}

/** The only keys of a reply packet; anything else is the payload of a foreign server (Nest's rule). */
const REPLY_KEYS = new Set(['id', 'err', 'response', 'isDisposed', 'status']);

/** What the deserializers of stock Nest make of a value. */
export function stockPacket(role: Role, value: unknown): Packet {
  return role === 'client' ? stockReply(value) : stockOpening(value);
}

function stockReply(value: unknown): Packet {
  if (typeof value !== 'object' || value === null) return { response: value, isDisposed: true };
  const keys = Object.keys(value);
  const isForeign = keys.length === 0 || keys.some((key) => !REPLY_KEYS.has(key));
  return isForeign ? { id: (value as Packet).id, response: value, isDisposed: true } : value;
}

function stockOpening(value: unknown): Packet {
  const packet = (value ?? {}) as Packet;
  return packet.pattern === undefined && packet.data === undefined ? {} : packet;
}

/** The header of a request or event whose packet came in an envelope. */
export interface OpeningHead {
  readonly type: (RequestFrame | EventFrame)['type'];
  readonly streamId: number;
  readonly timeoutMs: number;
}

export function openingOf(packet: Packet, head: OpeningHead): RequestFrame | EventFrame {
  const { pattern } = packet;
  const isPatternJson = typeof pattern !== 'string';
  return {
    type: head.type as RequestFrame['type'],
    streamId: head.streamId,
    // A packet without a pattern finds no handler, as in stock Nest.
    pattern: isPatternJson ? (JSON.stringify(pattern) ?? 'null') : pattern,
    isPatternJson,
    payload: packet.data,
    timeoutMs: head.timeoutMs,
    metadata: isMetadata(packet.metadata) ? toMetadata(packet.metadata) : undefined,
    fault: undefined,
  };
}

export function faultyOpening(
  fault: SocketPoolError,
  head: OpeningHead,
): RequestFrame | EventFrame {
  return { ...openingOf({ pattern: '' }, head), fault };
}

/** What is known of a reply besides its packet. */
export interface ReplyHead {
  readonly streamId: number;
  readonly isEnd: boolean;
  readonly creditBytes: number;
}

export function replyOf(packet: Packet, head: ReplyHead): ResponseFrame | ErrorFrame {
  const { err, response } = packet;
  const { streamId, isEnd, creditBytes } = head;
  // The stock client looks at the truth of `err`, not at its presence.
  if (err) {
    const code =
      packet.status === 'error' && err === STOCK_NO_HANDLER ? 'NO_HANDLER' : 'HANDLER_FAILED';
    return { type: FrameType.Error, streamId, code, payload: err };
  }
  const hasPayload = !isEnd || response !== undefined;
  return {
    type: FrameType.Response,
    streamId,
    hasPayload,
    payload: response,
    isEnd,
    creditBytes,
    fault: undefined,
  };
}

/** A reply that cannot be read. */
export function faultyReply(fault: SocketPoolError, head: ReplyHead): ResponseFrame {
  const { streamId, isEnd, creditBytes } = head;
  return {
    type: FrameType.Response,
    streamId,
    hasPayload: false,
    payload: undefined,
    isEnd,
    creditBytes,
    fault,
  };
}
