import type { Clock } from '../common/clock.js';
import type { ErrorCode } from '../errors/error-codes.js';
import { SocketPoolError } from '../errors/socket-pool-error.js';
import type { Link } from '../link/link.js';
import type { Dialect, PacketHooks } from '../protocol/dialect.js';
import type {
  EventFrame,
  Frame,
  HelloFrame,
  Metadata,
  RequestFrame,
  ResponseFrame,
} from '../protocol/frame.js';
import { FrameType, GoAwayReason, RejectReason } from '../protocol/frame.js';
import type { ConnectionOptions } from './connection-options.js';
import type { ConnectionState } from './connection-state.js';
import { mayTransition, nextConnectionId } from './connection-state.js';
import { FramedLink } from './framed-link.js';
import { makeHello } from './hello.js';
import type { StopReason } from './incoming-stream.js';
import { IncomingStream } from './incoming-stream.js';
import type { SlowReaderOptions } from './slow-reader-guard.js';
import { SlowReaderGuard } from './slow-reader-guard.js';
import { StreamTable } from './stream-table.js';

/** How long a closing connection waits for the peer's FIN, so that what was sent last is not lost to a reset. */
const CLOSE_LINGER_MS = 1_000;

export interface ServerConnectionOptions extends ConnectionOptions {
  readonly dialect: Dialect;
  readonly hooks?: PacketHooks;
  readonly clock: Clock;
  readonly metadata: Metadata | undefined;
  readonly slowReader: SlowReaderOptions;
  /** The most streams the client may have open at once. */
  readonly maxStreams: number;
  /** How far a reply that cannot be paced may run ahead of its reader, in bytes. */
  readonly maxStreamBufferBytes: number;
  readonly loopLagMs: () => number;
  readonly queueAgeMs: () => number;
}

/** What a connection tells its owner. */
export interface ServerConnectionHandler {
  onReady(connection: ServerConnection): void;
  /** A request to be answered through its stream. */
  onRequest(stream: IncomingStream): void;
  onEvent(frame: EventFrame, connection: ServerConnection): void;
  /** A stream was settled, whichever way. */
  onStreamEnd(stream: IncomingStream): void;
  /** Exactly once. Every stream has been stopped. `error` is why, when nobody here wanted it. */
  onClosed(connection: ServerConnection, error: Error | undefined): void;
}

/** The server end of one multiplexed conversation. */
export class ServerConnection {
  readonly id = nextConnectionId();
  readonly openedAt: number;
  readonly maxStreamBufferBytes: number;
  readonly #options: ServerConnectionOptions;
  readonly #handler: ServerConnectionHandler;
  readonly #framed: FramedLink;
  readonly #slowReader: SlowReaderGuard;
  readonly #streams = new StreamTable<IncomingStream>();
  #state: ConnectionState = 'handshaking';
  #lastStreamId = 0;
  #creditBytes = Number.POSITIVE_INFINITY;
  #clientHello: HelloFrame | undefined;

  constructor(link: Link, options: ServerConnectionOptions, handler: ServerConnectionHandler) {
    this.#options = options;
    this.#handler = handler;
    this.openedAt = options.clock.now();
    this.maxStreamBufferBytes = options.maxStreamBufferBytes;
    this.#framed = new FramedLink(
      link,
      { ...options, role: 'server' },
      {
        onFrame: (frame) => this.#onFrame(frame),
        onPong: () => {},
        onRead: () => this.#slowReader.check(this.#framed.pendingBytes),
        onFlushed: () => {},
        onDrain: () => this.#onDrain(),
        onViolation: (error) => this.#onViolation(error),
        onClosed: (error) => this.#onClosed(error),
      },
    );
    this.#slowReader = new SlowReaderGuard(options.slowReader, options.clock, {
      pauseReading: () => this.#framed.pauseReading(),
      resumeReading: () => this.#framed.resumeReading(),
      onTooSlow: (why) => this.#closeSlow(why),
    });
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Streams in flight. */
  get pending(): number {
    return this.#streams.size;
  }

  get framed(): FramedLink {
    return this.#framed;
  }

  /** The dialect in which the peer speaks. */
  get dialectName(): Dialect['name'] {
    return this.#options.dialect.name;
  }

  /** What the client told of itself in its hello. */
  get clientHello(): HelloFrame | undefined {
    return this.#clientHello;
  }

  /** Too much waits to be read by the peer. */
  get isBacklogged(): boolean {
    return this.#slowReader.isBacklogged;
  }

  /** @param firstBytes what was read while the dialect was found out */
  start(firstBytes?: Buffer): void {
    if (!this.#framed.capabilities.hello) this.#becomeReady();
    this.#framed.start(firstBytes);
  }

  /**
   * Takes no new streams: those that arrive are refused as safe to send elsewhere. Those in flight
   * finish, then the connection closes.
   */
  drain(reason: GoAwayReason, message: string): void {
    if (this.#state === 'handshaking') {
      this.#framed.close(0);
      return;
    }
    if (!this.#transition('draining')) return;
    this.#sayGoAway(reason, message);
    this.#closeIfDrained();
  }

  /** Ends the work of all streams, as at the end of a drain's time. */
  stopAll(reason: StopReason): void {
    for (const stream of this.#streams.values()) stream.stop(reason);
  }

  /** Closes now. Streams in flight are stopped. */
  destroy(error?: Error): void {
    this.#framed.destroy(error);
  }

  /** @internal for {@link IncomingStream}; returns the bytes that count against its credit */
  sendResponse(streamId: number, value: unknown, isEnd: boolean): number {
    const creditBytes = this.#framed.send(makeResponse(streamId, value, isEnd));
    this.#slowReader.check(this.#framed.pendingBytes);
    return creditBytes;
  }

  /** @internal */
  sendError(streamId: number, code: ErrorCode, payload: unknown): void {
    this.#framed.send({ type: FrameType.Error, streamId, code, payload });
    this.#slowReader.check(this.#framed.pendingBytes);
  }

  /** @internal */
  sendRejected(
    streamId: number,
    refusal: { reason: RejectReason; message: string; retryAfterMs: number },
  ): void {
    const { reason, message, retryAfterMs } = refusal;
    this.#framed.send({ type: FrameType.Rejected, streamId, reason, retryAfterMs, message });
    this.#slowReader.check(this.#framed.pendingBytes);
  }

  /** @internal */
  sendEncoded(bytes: Uint8Array): void {
    this.#framed.sendEncoded(bytes);
    this.#slowReader.check(this.#framed.pendingBytes);
  }

  /** @internal */
  encodeResponse(streamId: number, value: unknown, isEnd: boolean): Uint8Array {
    return this.#framed.encode(makeResponse(streamId, value, isEnd));
  }

  /** @internal */
  encodeError(streamId: number, code: ErrorCode, payload: unknown): Uint8Array {
    return this.#framed.encode({ type: FrameType.Error, streamId, code, payload });
  }

  /** @internal */
  streamEnded(stream: IncomingStream): void {
    this.#streams.remove(stream.streamId);
    this.#handler.onStreamEnd(stream);
    if (this.#state === 'draining') this.#closeIfDrained();
  }

  #onFrame(frame: Frame): void {
    switch (frame.type) {
      case FrameType.Request:
        return this.#onRequest(frame);
      case FrameType.Event:
        return this.#onEvent(frame);
      case FrameType.Cancel:
        return this.#streams.get(frame.streamId)?.stop('cancel');
      case FrameType.Credit:
        return this.#streams.get(frame.streamId)?.grant(frame.bytes);
      case FrameType.GoAway:
        // The client opens no more streams here; it closes when its last one has ended.
        return undefined;
      case FrameType.Hello:
        return this.#onHello(frame);
      default:
        return undefined;
    }
  }

  #onHello(frame: HelloFrame): void {
    if (this.#state !== 'handshaking') return;
    this.#clientHello = frame;
    this.#creditBytes = frame.initialCreditBytes;
    this.#framed.limitMessages(frame.maxFrameBytes);
    this.#framed.send(makeHello(this.#options, this.#options.maxStreams));
    this.#framed.flush();
    this.#becomeReady();
  }

  #becomeReady(): void {
    if (!this.#transition('ready')) return;
    this.#framed.startHeartbeat();
    this.#handler.onReady(this);
  }

  #onRequest(frame: RequestFrame): void {
    if (!this.#takeStreamId(frame.streamId)) return;
    const stream = new IncomingStream(frame, this, this.#creditBytes);
    this.#streams.add(stream);
    if (this.#state === 'draining') stream.reject(RejectReason.Draining, '');
    else if (this.#streams.size > this.#options.maxStreams)
      stream.reject(RejectReason.TooManyStreams, '');
    else if (frame.fault !== undefined) stream.fail(frame.fault.message, frame.fault.code);
    else this.#handler.onRequest(stream);
  }

  #onEvent(frame: EventFrame): void {
    if (this.#takeStreamId(frame.streamId)) this.#handler.onEvent(frame, this);
  }

  #takeStreamId(streamId: number): boolean {
    if (this.#state === 'handshaking') {
      this.#breakOff('it sent a call before its hello');
      return false;
    }
    if (streamId <= this.#lastStreamId) {
      this.#breakOff(`it opened stream ${streamId} after stream ${this.#lastStreamId}`);
      return false;
    }
    // While draining the last stream stays the one that the go-away named.
    this.#lastStreamId = streamId;
    return true;
  }

  #breakOff(what: string): void {
    const error = new SocketPoolError(
      'PROTOCOL_ERROR',
      `${this.#framed.link.remote} broke the protocol: ${what}`,
    );
    this.#onViolation(error);
    this.destroy(error);
  }

  #onViolation(error: SocketPoolError): void {
    if (!this.#framed.capabilities.goAway) return;
    const isVersion = error.code === 'UNSUPPORTED_VERSION';
    this.#sayGoAway(
      isVersion ? GoAwayReason.UnsupportedVersion : GoAwayReason.ProtocolError,
      error.message,
    );
    this.#framed.flush();
  }

  #closeSlow(why: string): void {
    if (this.#framed.capabilities.goAway) this.#sayGoAway(GoAwayReason.Timeout, why);
    this.destroy(new SocketPoolError('CONNECTION_LOST', `${this.#framed.link.remote} ${why}`));
  }

  #sayGoAway(reason: GoAwayReason, message: string): void {
    if (!this.#framed.capabilities.goAway) return;
    this.#framed.send({
      type: FrameType.GoAway,
      lastStreamId: this.#lastStreamId,
      reason,
      message,
    });
  }

  #onDrain(): void {
    this.#slowReader.drained();
    if (this.#streams.size > 0) for (const stream of this.#streams.values()) stream.release();
  }

  #onClosed(error: Error | undefined): void {
    this.#state = 'closed';
    this.#slowReader.stop();
    this.stopAll('disconnect');
    this.#handler.onClosed(this, error);
  }

  #closeIfDrained(): void {
    if (this.#state === 'draining' && this.#streams.size === 0) this.#framed.close(CLOSE_LINGER_MS);
  }

  #transition(to: ConnectionState): boolean {
    if (!mayTransition(this.#state, to)) return false;
    this.#state = to;
    return true;
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
