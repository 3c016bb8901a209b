import { SocketPoolError } from '../errors/socket-pool-error.js';
import type { Link } from '../link/link.js';
import type { ActiveCloseCause } from '../metrics/causes.js';
import type { EventFrame, Frame, HelloFrame, RequestFrame } from '../protocol/frame.js';
import { FrameType, GoAwayReason, RejectReason } from '../protocol/frame.js';
import type { ConnectionPeer } from './connection-peer.js';
import type { ConnectionState } from './connection-state.js';
import { mayTransition, nextConnectionId } from './connection-state.js';
import { EventThrottle } from './event-throttle.js';
import { PauseReason } from './link-reader.js';
import type { ViolationCause } from './framed-link.js';
import { FramedLink } from './framed-link.js';
import { makeHello } from './hello.js';
import type { StopReason } from './incoming-stream.js';
import { IncomingStream } from './incoming-stream.js';
import { ReplySender } from './reply-sender.js';
import type { ServerConnectionHandler } from './server-connection-handler.js';
import type { ServerConnectionOptions } from './server-connection-options.js';
import { SlowReaderGuard } from './slow-reader-guard.js';
import { goAwayReasonOf } from './stream-failure.js';
import { StreamTable } from './stream-table.js';

/** How long a closing connection waits for the peer's FIN, so that what was sent last is not lost to a reset. */
const CLOSE_LINGER_MS = 1_000;

/** The server end of one multiplexed conversation. */
export class ServerConnection {
  readonly id = nextConnectionId();
  readonly openedAt: number;
  /** Bounds the events in work; whoever handles them says when each begins and ends. */
  readonly events: EventThrottle;
  /** @internal for {@link IncomingStream} */
  readonly replies: ReplySender;
  readonly #options: ServerConnectionOptions;
  readonly #handler: ServerConnectionHandler;
  readonly #framed: FramedLink;
  readonly #slowReader: SlowReaderGuard;
  readonly #streams = new StreamTable<IncomingStream>();
  #state: ConnectionState = 'handshaking';
  #lastStreamId = 0;
  #creditBytes = Number.POSITIVE_INFINITY;
  #clientHello: HelloFrame | undefined;
  #peer: ConnectionPeer | undefined;
  #closeCause: ActiveCloseCause | undefined;
  #isPeerLeaving = false;
  #peerLoopLagMs: number | undefined;

  constructor(link: Link, options: ServerConnectionOptions, handler: ServerConnectionHandler) {
    this.#options = options;
    this.#handler = handler;
    this.openedAt = options.clock.now();
    const framed = this.#connect(link);
    this.#framed = framed;
    this.#slowReader = new SlowReaderGuard(options.slowReader, options.clock, {
      pauseReading: () => framed.pauseReading(PauseReason.SlowReader),
      resumeReading: () => framed.resumeReading(PauseReason.SlowReader),
      onTooSlow: (why) => this.#closeSlow(why),
    });
    this.events = new EventThrottle(
      options.maxEvents,
      () => framed.pauseReading(PauseReason.Events),
      () => framed.resumeReading(PauseReason.Events),
    );
    this.replies = new ReplySender(framed, this.#slowReader, options.maxStreamBufferBytes);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Streams in flight. */
  get pending(): number {
    return this.#streams.size;
  }

  /** The id of the newest stream or event; 0 before the first. */
  get lastStreamId(): number {
    return this.#lastStreamId;
  }

  get framed(): FramedLink {
    return this.#framed;
  }

  /** What this process holds for the peer: of a message half received, and of replies that it has not read. */
  get heldBytes(): number {
    return this.#framed.bufferedBytes + this.#framed.pendingBytes + this.replies.backlogBytes;
  }

  /** The peer announced that it opens no more streams here. */
  get isPeerLeaving(): boolean {
    return this.#isPeerLeaving;
  }

  /** How late the peer's loop ran, by its last pong, in ms. */
  get peerLoopLagMs(): number | undefined {
    return this.#peerLoopLagMs;
  }

  /** Complete from `onReady` on. */
  get peer(): ConnectionPeer {
    if (this.#peer !== undefined) return this.#peer;
    const { remote, remoteHost, peerName } = this.#framed.link;
    const dialect = this.#options.dialect.name;
    const metadata = this.#clientHello?.metadata;
    const peer = Object.freeze({ address: remote, host: remoteHost, dialect, peerName, metadata });
    if (this.#state !== 'handshaking') this.#peer = peer;
    return peer;
  }

  /** Why this end closed the connection, if it did. */
  get closeCause(): ActiveCloseCause | undefined {
    return this.#closeCause;
  }

  /** @param firstBytes what was read while the dialect was found out */
  start(firstBytes?: Buffer): void {
    if (!this.#framed.capabilities.hello) this.#becomeReady();
    this.#framed.start(firstBytes);
  }

  /**
   * Takes no new streams: those that arrive are refused as safe to send elsewhere. Those in flight
   * finish, then the connection closes. One that is still in its handshake is told, and closes.
   */
  drain(cause: ActiveCloseCause, reason: GoAwayReason, message: string): void {
    if (!this.#transition('draining')) return;
    this.#closeCause = cause;
    this.#sayGoAway(reason, message);
    this.#closeIfDrained();
  }

  /** Ends the work of all streams, as at the end of a drain's time. */
  stopAll(reason: StopReason): void {
    for (const stream of this.#streams.values()) stream.stop(reason);
  }

  /** Closes now, and tells the peer why, as far as it can be told at once. Streams in flight are stopped. */
  destroy(cause: ActiveCloseCause, reason: GoAwayReason, error?: SocketPoolError): void {
    if (this.#framed.link.isClosed) return;
    this.#closeCause ??= cause;
    this.#sayGoAway(reason, error?.message ?? '');
    this.#framed.flush();
    this.#framed.destroy(error);
  }

  /** @internal */
  streamEnded(stream: IncomingStream): void {
    this.#streams.remove(stream.streamId);
    this.#handler.onStreamEnd(stream);
    if (this.#state === 'draining') this.#closeIfDrained();
  }

  #connect(link: Link): FramedLink {
    const onTraffic = (): void => this.#handler.onTraffic(this);
    return new FramedLink(
      link,
      { ...this.#options, role: 'server' },
      {
        onFrame: (frame) => this.#onFrame(frame),
        onPong: ({ loopLagMs }) => (this.#peerLoopLagMs = loopLagMs),
        onRead: () => this.#onRead(),
        onFlushed: onTraffic,
        onDrain: () => this.#onDrain(),
        onViolation: (error, cause) => this.#onViolation(error, cause),
        onClosed: (error) => this.#onClosed(error),
      },
    );
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
      case FrameType.Hello:
        return this.#onHello(frame);
      default:
        // After a go-away the client closes when its last stream has ended; all else is not for a server.
        if (frame.type === FrameType.GoAway) this.#isPeerLeaving = true;
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
    const { receivedAt, readAt } = this.#framed;
    const deadlineAt = frame.timeoutMs > 0 ? receivedAt + frame.timeoutMs : Infinity;
    const stream = new IncomingStream(frame, this, this.#creditBytes, deadlineAt);
    this.#streams.add(stream);
    if (this.#state === 'draining') stream.reject(RejectReason.Draining, '');
    else if (this.#streams.size > this.#options.maxStreams)
      stream.reject(RejectReason.TooManyStreams, '');
    else if (readAt >= deadlineAt) stream.reject(RejectReason.DeadlinePassed, '');
    else if (frame.fault === undefined) this.#handler.onRequest(stream);
    else {
      stream.fail(frame.fault.message, frame.fault.code);
      this.#handler.onFault(frame.fault, this);
    }
  }

  #onEvent(frame: EventFrame): void {
    if (!this.#takeStreamId(frame.streamId)) return;
    if (frame.fault === undefined) this.#handler.onEvent(frame, this);
    else this.#handler.onFault(frame.fault, this);
  }

  #takeStreamId(streamId: number): boolean {
    if (this.#clientHello === undefined && this.#framed.capabilities.hello) {
      // After a go-away to a peer that was still shaking hands nothing more is expected of it.
      if (this.#state === 'handshaking') this.#breakOff('it sent a call before its hello');
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
    const text = `${this.#framed.link.remote} broke the protocol: ${what}`;
    const error = new SocketPoolError('PROTOCOL_ERROR', text);
    this.destroy('protocolError', GoAwayReason.ProtocolError, error);
  }

  #onViolation(error: SocketPoolError, cause: ViolationCause): void {
    this.destroy(cause, goAwayReasonOf(error, cause), error);
  }

  #closeSlow(why: string): void {
    const error = new SocketPoolError('CONNECTION_LOST', `${this.#framed.link.remote} ${why}`);
    this.destroy('slowReader', GoAwayReason.Timeout, error);
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

  #onRead(): void {
    this.#slowReader.check(this.#framed.pendingBytes);
    this.#handler.onTraffic(this);
  }

  #onDrain(): void {
    this.#slowReader.drained();
    this.replies.releaseAll();
    this.#handler.onTraffic(this);
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
