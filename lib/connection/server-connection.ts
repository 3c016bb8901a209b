import type { SocketPoolError } from '../errors/socket-pool-error.js';
import type { Link } from '../link/link.js';
import type { ActiveCloseCause } from '../metrics/causes.js';
import type { EventFrame, Frame, HelloFrame, RequestFrame } from '../protocol/frame.js';
import { FrameType, GoAwayReason, RejectReason } from '../protocol/frame.js';
import type { ConnectionPeer } from './connection-peer.js';
import { peerOf } from './connection-peer.js';
import type { ConnectionState } from './connection-state.js';
import { mayTransition, nextConnectionId } from './connection-state.js';
import { EventThrottle } from './event-throttle.js';
import { brokenRuleError, slowReaderError } from './link-failure.js';
import { PauseReason } from './link-reader.js';
import type { ViolationCause } from './framed-link-handler.js';
import { FramedLink } from './framed-link.js';
import { makeServerHello, sayHello } from './hello.js';
import type { StopReason } from './incoming-stream.js';
import { IncomingStream } from './incoming-stream.js';
import { ReplySender } from './reply-sender.js';
import type { ServerConnectionHandler } from './server-connection-handler.js';
import type { ServerConnectionOptions } from './server-connection-options.js';
import { SlowReaderGuard } from './slow-reader-guard.js';
import { goAwayReasonOf, goAwayTextOf } from './stream-failure.js';
import { StreamSequence } from './stream-sequence.js';
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
  readonly #sequence = new StreamSequence();
  #state: ConnectionState = 'handshaking';
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
    this.replies = new ReplySender(framed, this.#slowReader, options);
  }

  get state(): ConnectionState {
    return this.#framed.isOpen ? this.#state : 'closed';
  }

  /** Streams in flight. */
  get pending(): number {
    return this.#streams.size;
  }

  /** The id of the newest stream or event; 0 before the first. */
  get lastStreamId(): number {
    return this.#sequence.last;
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
    const peer = peerOf(this.#framed.link, this.#options.dialect, this.#clientHello);
    if (this.#state !== 'handshaking') this.#peer = peer;
    return peer;
  }

  /** Why this end closed the connection, if it did. */
  get closeCause(): ActiveCloseCause | undefined {
    return this.#closeCause;
  }

  /** @param firstBytes what was read while the dialect was found out */
  start(firstBytes?: Buffer): void {
    this.#framed.start();
    if (!this.#framed.capabilities.hello) this.#becomeReady();
    if (firstBytes !== undefined && firstBytes.length > 0) this.#framed.onData(firstBytes);
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
    this.#sayGoAway(reason, error === undefined ? '' : goAwayTextOf(error));
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
        onEnd: () => this.#onPeerEnd(),
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
    sayHello(this.#framed, makeServerHello(this.#options, this.#framed.link));
    this.#becomeReady();
  }

  #becomeReady(): void {
    if (!this.#transition('ready')) return;
    this.#framed.startHeartbeat(this.#clientHello?.heartbeatIntervalMs ?? 0);
    this.#handler.onReady(this);
  }

  #onRequest(frame: RequestFrame): void {
    if (!this.#takeStreamId(frame.streamId)) return;
    const { receivedAt, readAt } = this.#framed;
    const deadlineAt = frame.timeoutMs > 0 ? receivedAt + frame.timeoutMs : Infinity;
    if (this.#state === 'draining') this.replies.refuse(frame.streamId, RejectReason.Draining);
    else if (this.#streams.size >= this.#options.maxStreams)
      this.replies.refuse(frame.streamId, RejectReason.TooManyStreams);
    else if (readAt >= deadlineAt) this.replies.refuse(frame.streamId, RejectReason.DeadlinePassed);
    else if (frame.fault !== undefined) this.#answerFault(frame.streamId, frame.fault);
    else {
      const stream = new IncomingStream(frame, this, this.#creditBytes, deadlineAt);
      this.#streams.add(stream);
      this.#handler.onRequest(stream);
    }
  }

  #answerFault(streamId: number, fault: SocketPoolError): void {
    this.replies.failWith(streamId, fault.code, fault.message);
    this.#handler.onFault(fault, this);
  }

  #onEvent(frame: EventFrame): void {
    if (!this.#takeStreamId(frame.streamId)) return;
    if (frame.fault === undefined) this.#handler.onEvent(frame, this);
    else this.#handler.onFault(frame.fault, this);
  }

  #takeStreamId(streamId: number): boolean {
    const isGreeted = this.#state !== 'handshaking';
    if (isGreeted && this.#sequence.take(streamId, this.#state === 'ready')) return true;
    const what = isGreeted
      ? `it opened stream ${streamId} after stream ${this.#sequence.last}`
      : 'it sent a call before its hello';
    this.#onViolation(brokenRuleError(this.#framed.link.remote, what), 'protocolError');
    return false;
  }

  #onViolation(error: SocketPoolError, cause: ViolationCause): void {
    const reason = goAwayReasonOf(error, cause);
    // No attack but an upgrade half done: it should be read over there what is the matter.
    if (reason === GoAwayReason.UnsupportedVersion) {
      this.#closeCause ??= cause;
      this.#sayGoAway(reason, error.message);
      this.#framed.close(CLOSE_LINGER_MS, error);
    } else this.destroy(cause, reason, error);
  }

  #closeSlow(why: string): void {
    const error = slowReaderError(this.#framed.link.remote, why);
    this.destroy('slowReader', GoAwayReason.Timeout, error);
  }

  #sayGoAway(reason: GoAwayReason, message: string): void {
    this.#framed.send({
      type: FrameType.GoAway,
      lastStreamId: this.#sequence.lastServed,
      reason,
      message,
    });
  }

  #onRead(): void {
    this.#slowReader.check(this.#framed.unreadBytes);
    this.#handler.onTraffic(this);
  }

  #onDrain(): void {
    this.#slowReader.drained(this.#framed.unreadBytes);
    this.replies.releaseAll();
    this.#handler.onTraffic(this);
  }

  /** A client that ends its half waits for no reply any more; what was said already is still sent. */
  #onPeerEnd(): void {
    this.stopAll('disconnect');
    this.#framed.close(CLOSE_LINGER_MS);
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
    if (!this.#framed.isOpen || !mayTransition(this.#state, to)) return false;
    this.#state = to;
    return true;
  }
}
