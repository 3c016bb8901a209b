import type { ErrorCode } from '../errors/error-codes.js';
import type { RejectionCause } from '../metrics/causes.js';
import type { Frame, ResponseFrame } from '../protocol/frame.js';
import { FrameType, RejectReason } from '../protocol/frame.js';
import type { FramedLink } from './framed-link.js';
import type { IncomingStream } from './incoming-stream.js';
import type { ServerConnectionOptions } from './server-connection-options.js';
import type { SlowReaderGuard } from './slow-reader-guard.js';

/** What a peer is told in words is cut to this. */
const MAX_TEXT_LENGTH = 1024;

const CAUSE_OF_REASON: Readonly<Record<RejectReason, RejectionCause>> = {
  [RejectReason.Draining]: 'draining',
  [RejectReason.Overloaded]: 'overloaded',
  [RejectReason.TooManyStreams]: 'tooManyStreams',
  [RejectReason.DeadlinePassed]: 'deadlinePassed',
  [RejectReason.RateLimited]: 'rateLimited',
};

/** Why a stream is refused. */
export interface Refusal {
  readonly reason: RejectReason;
  readonly message: string;
  readonly retryAfterMs: number;
}

/**
 * Sends what streams are answered, and sees to it that the peer reads it. The methods that encode
 * throw a SocketPoolError when that cannot be done; nothing is sent then.
 */
export class ReplySender {
  /** How far the reply of one stream may run ahead of its reader, in bytes. */
  readonly maxBacklogBytes: number;
  readonly #framed: FramedLink;
  readonly #slowReader: SlowReaderGuard;
  readonly #rejections: ServerConnectionOptions['rejections'];
  readonly #waiting = new Set<IncomingStream>();
  #backlogBytes = 0;

  constructor(
    framed: FramedLink,
    slowReader: SlowReaderGuard,
    options: Pick<ServerConnectionOptions, 'maxStreamBufferBytes' | 'rejections'>,
  ) {
    this.maxBacklogBytes = options.maxStreamBufferBytes;
    this.#rejections = options.rejections;
    this.#framed = framed;
    this.#slowReader = slowReader;
  }

  /** Whether a value of a streamed reply may leave now. When not, `releaseAll` is sure to come. */
  get canStream(): boolean {
    return this.#slowReader.allowsStreams(this.#framed.unreadBytes);
  }

  /** Encoded replies of all streams that wait for credit. */
  get backlogBytes(): number {
    return this.#backlogBytes;
  }

  /** A stream keeps more, or less, of its reply. */
  keep(bytes: number): void {
    this.#backlogBytes += bytes;
  }

  /** A stream waits until more can be sent; `releaseAll` tells it. */
  wait(stream: IncomingStream): void {
    this.#waiting.add(stream);
  }

  forget(stream: IncomingStream): void {
    this.#waiting.delete(stream);
  }

  /** The peer has read what waited. */
  releaseAll(): void {
    for (const stream of [...this.#waiting]) stream.release();
  }

  /** @returns the bytes that count against the credit of the stream */
  respond(streamId: number, value: unknown, isEnd: boolean): number {
    const creditBytes = this.#framed.send(makeResponse(streamId, value, isEnd));
    this.#slowReader.check(this.#framed.unreadBytes);
    return creditBytes;
  }

  fail(streamId: number, code: ErrorCode, payload: unknown): void {
    this.#send({ type: FrameType.Error, streamId, code, payload });
  }

  /** As `fail`, and never throws: the code always fits, also where the peer's hello leaves no room for words. */
  failWith(streamId: number, code: ErrorCode, text: string): void {
    try {
      this.fail(streamId, code, text.slice(0, MAX_TEXT_LENGTH));
    } catch {
      this.fail(streamId, code, undefined);
    }
  }

  /** Refuses a stream that was never opened here. */
  refuse(streamId: number, reason: RejectReason): void {
    this.reject(streamId, { reason, message: '', retryAfterMs: 0 });
  }

  reject(streamId: number, { reason, message, retryAfterMs }: Refusal): void {
    this.#rejections?.add(CAUSE_OF_REASON[reason]);
    this.#send({ type: FrameType.Rejected, streamId, reason, retryAfterMs, message });
  }

  sendEncoded(bytes: Uint8Array): void {
    this.#framed.sendEncoded(bytes);
    this.#slowReader.check(this.#framed.unreadBytes);
  }

  encodeResponse(streamId: number, value: unknown, isEnd: boolean): Uint8Array {
    return this.#framed.encode(makeResponse(streamId, value, isEnd));
  }

  encodeError(streamId: number, code: ErrorCode, payload: unknown): Uint8Array {
    return this.#framed.encode({ type: FrameType.Error, streamId, code, payload });
  }

  #send(frame: Frame): void {
    this.#framed.send(frame);
    this.#slowReader.check(this.#framed.unreadBytes);
  }
}

function makeResponse(streamId: number, value: unknown, isEnd: boolean): ResponseFrame {
  const hasPayload = value !== undefined;
  return {
    type: FrameType.Response,
    streamId,
    hasPayload,
    payload: value,
    isEnd,
    creditBytes: 0,
    fault: undefined,
  };
}
