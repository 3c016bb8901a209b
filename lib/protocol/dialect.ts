import type { Frame } from './frame.js';
import type { WriteBuffer } from './write-buffer.js';

/** Which end of the connection this is. Clients open streams, servers answer them. */
export type Role = 'client' | 'server';

/** What a dialect can say. What it cannot is done without: no ping, no heartbeat. */
export interface DialectCapabilities {
  /** Has a hello exchange; without one the connection is ready as soon as the link is. */
  readonly hello: boolean;
  readonly ping: boolean;
  readonly cancel: boolean;
  readonly credit: boolean;
  readonly goAway: boolean;
  /** Has a `rejected` frame; without one a refusal is an ordinary error. */
  readonly rejected: boolean;
}

/** Limits of one connection, all in bytes. Every length a peer declares is held against them before memory is taken. */
export interface ProtocolLimits {
  /** The largest message that is accepted: payload, metadata and pattern, header not counted. */
  readonly maxMessageBytes: number;
  /** The largest metadata of one message. */
  readonly maxMetadataBytes: number;
  /** The longest pattern, at most 65 535. */
  readonly maxPatternBytes: number;
}

/** A packet as Nest's serializers and deserializers see it. */
export interface Packet {
  id?: unknown;
  pattern?: unknown;
  data?: unknown;
  metadata?: unknown;
  err?: unknown;
  response?: unknown;
  isDisposed?: boolean;
  status?: string;
}

/** Custom (de)serializers, as plain functions. Given only where a user configured one. */
export interface PacketHooks {
  /** From a Nest packet to what goes on the wire (then encoded as JSON, or raw when it is bytes). */
  readonly serialize?: (packet: Packet) => unknown;
  /** From what was on the wire to a Nest packet; may be asynchronous. */
  readonly deserialize?: (value: unknown) => Packet | Promise<Packet>;
}

/** Turns frames into bytes. One per connection: a dialect may keep state in it. */
export interface FrameEncoder {
  /**
   * Appends the frame; a frame that the dialect cannot say is left out. When it throws, nothing was
   * appended. A dialect with a hello writes its preface before the first frame by itself.
   *
   * @returns the bytes appended that count against a stream's credit
   * @throws SocketPoolError `UNSERIALIZABLE_PAYLOAD` or `MESSAGE_TOO_LARGE`
   */
  encode(frame: Frame, out: WriteBuffer): number;

  /** What the other end's hello allows, from then on. */
  limitTo(maxFrameBytes: number): void;
}

/** Receives the frames of a decoder. */
export type FrameSink = (frame: Frame) => void;

/** Turns bytes into frames. One per connection. */
export interface FrameDecoder {
  /**
   * Takes the next bytes of the link and hands every complete frame to the sink, in order. Parsing is
   * a loop with a budget per call, never recursion. The chunk must not change afterwards: a raw payload,
   * the beginning of a message or what the budget did not suffice for may still be a view of it.
   *
   * @returns whether everything complete was decoded; when `false`, the budget of this turn is used up
   *   and `resume()` goes on in the next turn; no further bytes may be given before it returned `true`
   * @throws SocketPoolError `PROTOCOL_ERROR`, `MESSAGE_TOO_LARGE`, `UNSUPPORTED_VERSION` or
   *   `HANDSHAKE_FAILED`: the connection cannot go on
   */
  read(chunk: Buffer): boolean;

  /** Goes on where the budget ran out; returns as `read` does. */
  resume(): boolean;

  /** Bytes of a started message that are held; 0 between messages. */
  readonly bufferedBytes: number;

  /** Lets go of everything that is held; nothing reaches the sink any more. */
  close(): void;
}

export interface CodecOptions {
  readonly role: Role;
  readonly limits: ProtocolLimits;
  readonly hooks?: PacketHooks;
  /** Where asynchronous deserializers report a failure that ends the connection. */
  readonly onError?: (error: Error) => void;
}

/** The two directions of one connection in one dialect. */
export interface DialectCodec {
  readonly capabilities: DialectCapabilities;
  readonly encoder: FrameEncoder;
  decoder(sink: FrameSink): FrameDecoder;
}

/** A way of writing frames: ours, or that of Nest's TCP transport. */
export interface Dialect {
  readonly name: 'binary' | 'nest-tcp';
  open(options: CodecOptions): DialectCodec;
}
