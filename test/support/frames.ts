import type {
  CodecOptions,
  Dialect,
  DialectCodec,
  FrameDecoder,
  ProtocolLimits,
  Role,
} from '../../lib/protocol/dialect.js';
import type {
  EventFrame,
  Frame,
  HelloFrame,
  RequestFrame,
  ResponseFrame,
} from '../../lib/protocol/frame.js';
import { FrameType } from '../../lib/protocol/frame.js';
import { WriteBuffer } from '../../lib/protocol/write-buffer.js';

export const LIMITS: ProtocolLimits = {
  maxMessageBytes: 64 * 1024,
  maxMetadataBytes: 8 * 1024,
  maxPatternBytes: 1024,
};

export function hello(given: Partial<HelloFrame> = {}): HelloFrame {
  return {
    type: FrameType.Hello,
    version: 1,
    maxFrameBytes: LIMITS.maxMessageBytes,
    maxStreams: 100,
    initialCreditBytes: 1024,
    heartbeatIntervalMs: 5000,
    codecs: [0, 1],
    metadata: undefined,
    ...given,
  };
}

export function request(streamId: number, given: Partial<RequestFrame> = {}): RequestFrame {
  return {
    type: FrameType.Request,
    streamId,
    pattern: 'sum',
    isPatternJson: false,
    payload: { id: streamId },
    timeoutMs: 0,
    metadata: undefined,
    fault: undefined,
    ...given,
  };
}

export function event(streamId: number, given: Partial<EventFrame> = {}): EventFrame {
  return { ...request(streamId), ...given, type: FrameType.Event };
}

/** One that carries a value and ends the stream, if not said otherwise. */
export function response(streamId: number, given: Partial<ResponseFrame> = {}): ResponseFrame {
  return {
    type: FrameType.Response,
    streamId,
    hasPayload: true,
    payload: 'value',
    isEnd: true,
    creditBytes: 0,
    fault: undefined,
    ...given,
  };
}

/** All bytes of frames, as one connection would write them. */
export function encodeAll(codec: DialectCodec, frames: readonly Frame[]): Buffer {
  const out = new WriteBuffer();
  for (const frame of frames) codec.encoder.encode(frame, out);
  return Buffer.concat(out.chunks());
}

/** Gives bytes to a decoder in pieces of the given sizes, over and over, each in memory of its own. */
export function feed(
  decoder: FrameDecoder,
  bytes: Buffer,
  sizes: readonly number[] = [Infinity],
): void {
  for (let at = 0, piece = 0; at < bytes.length; piece++) {
    const end = Math.min(bytes.length, at + sizes[piece % sizes.length]!);
    const chunk = Buffer.alloc(end - at);
    bytes.copy(chunk, 0, at, end);
    for (let isDone = decoder.read(chunk); !isDone;) isDone = decoder.resume();
    at = end;
  }
}

/** What a client says before its first call; nothing in a dialect without a hello. */
export function greeting(dialect: Dialect): Buffer {
  const codec = dialect.open({ role: 'client', limits: LIMITS });
  return codec.capabilities.hello ? encodeAll(codec, [hello()]) : Buffer.alloc(0);
}

/** An end of a connection that writes down what it receives; past the hello, where there is one. */
export class RecordingEnd {
  readonly frames: Frame[] = [];
  readonly errors: Error[] = [];
  readonly codec: DialectCodec;
  readonly decoder: FrameDecoder;

  constructor(dialect: Dialect, role: Role, options: Partial<CodecOptions> = {}) {
    const onError = (error: Error): void => void this.errors.push(error);
    this.codec = dialect.open({ role, limits: LIMITS, onError, ...options });
    this.decoder = this.codec.decoder((frame) => this.frames.push(frame));
    if (!this.codec.capabilities.hello) return;
    encodeAll(this.codec, [hello()]);
    const peer = dialect.open({ role: role === 'server' ? 'client' : 'server', limits: LIMITS });
    feed(this.decoder, encodeAll(peer, [hello()]));
    this.frames.length = 0;
  }

  receive(bytes: Buffer | string, sizes?: readonly number[]): Frame[] {
    feed(this.decoder, Buffer.from(bytes), sizes);
    return this.frames;
  }

  send(...frames: Frame[]): Buffer {
    return encodeAll(this.codec, frames);
  }
}

/** The two ends of one connection. */
export function pairOf(
  dialect: Dialect,
  options: Partial<CodecOptions> = {},
): Record<Role, RecordingEnd> {
  return {
    client: new RecordingEnd(dialect, 'client', options),
    server: new RecordingEnd(dialect, 'server', options),
  };
}
