import type { Clock, Timer } from '../common/clock.js';
import { SocketPoolError } from '../errors/socket-pool-error.js';
import type { Link } from '../link/link.js';
import type { Dialect, PacketHooks } from '../protocol/dialect.js';
import type {
  Frame,
  GoAwayFrame,
  HelloFrame,
  Metadata,
  PongFrame,
  RejectedFrame,
  ResponseFrame,
} from '../protocol/frame.js';
import { FrameType, GoAwayReason, MAX_STREAM_ID } from '../protocol/frame.js';
import type { ConnectionOptions } from './connection-options.js';
import type { ConnectionState } from './connection-state.js';
import { mayTransition, nextConnectionId } from './connection-state.js';
import { FramedLink } from './framed-link.js';
import { makeHello } from './hello.js';
import type { OutgoingEvent, OutgoingStream } from './outgoing-stream.js';
import { PingTable } from './ping-table.js';
import { handshakeRefusedError, lostError, refusalError } from './stream-failure.js';
import { StreamTable } from './stream-table.js';

/** How long a closing connection waits for the peer's FIN. */
const CLOSE_LINGER_MS = 1_000;

export interface ClientConnectionOptions extends ConnectionOptions {
  readonly dialect: Dialect;
  readonly hooks?: PacketHooks;
  readonly clock: Clock;
  /** Told to the server in the hello. */
  readonly metadata: Metadata | undefined;
  readonly loopLagMs: () => number;
}

/** What a connection tells its owner. */
export interface ClientConnectionHandler {
  /** The handshake is done: calls may be opened. */
  onReady(connection: ClientConnection): void;
  /** A stream ended; there is room for another. */
  onStreamEnd(connection: ClientConnection): void;
  /** No new streams from now on; `goAway` is why, when the server asked for it. */
  onDraining(connection: ClientConnection, goAway: GoAwayFrame | undefined): void;
  /** Exactly once. Every stream has been settled. `error` is why, when nobody here wanted it. */
  onClosed(connection: ClientConnection, error: Error | undefined): void;
}

/** The client end of one multiplexed conversation: many calls at once, each settled exactly once. */
export class ClientConnection {
  readonly id = nextConnectionId();
  readonly openedAt: number;
  readonly #options: ClientConnectionOptions;
  readonly #handler: ClientConnectionHandler;
  readonly #framed: FramedLink;
  readonly #streams = new StreamTable<OutgoingStream>();
  readonly #pings: PingTable;
  #unwrittenEvents: OutgoingEvent[] = [];
  #state: ConnectionState = 'handshaking';
  #lastStreamId = 0;
  #lastWrittenStreamId = 0;
  #maxStreams = Number.POSITIVE_INFINITY;
  #serverHello: HelloFrame | undefined;
  #peerLoopLagMs = 0;
  #closeTimer: Timer | undefined;

  constructor(link: Link, options: ClientConnectionOptions, handler: ClientConnectionHandler) {
    this.#options = options;
    this.#handler = handler;
    this.openedAt = options.clock.now();
    this.#pings = new PingTable(options.clock, link.remote);
    this.#framed = new FramedLink(
      link,
      { ...options, role: 'client', queueAgeMs: () => 0 },
      {
        onFrame: (frame) => this.#onFrame(frame),
        onPong: (frame) => this.#onPong(frame),
        onRead: () => {},
        onFlushed: () => this.#onFlushed(),
        onDrain: () => {},
        onViolation: () => {},
        onClosed: (error) => this.#onClosed(error),
      },
    );
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get isReady(): boolean {
    return this.#state === 'ready';
  }

  /** Streams in flight. */
  get pending(): number {
    return this.#streams.size;
  }

  /** The most streams the server accepts at once. */
  get maxStreams(): number {
    return this.#maxStreams;
  }

  /** What the server told of itself in its hello. */
  get serverHello(): HelloFrame | undefined {
    return this.#serverHello;
  }

  get framed(): FramedLink {
    return this.#framed;
  }

  /** How late the loop of the server ran, by its last pong, in ms. */
  get peerLoopLagMs(): number {
    return this.#peerLoopLagMs;
  }

  /** Begins the handshake. */
  start(): void {
    this.#framed.start();
    if (this.#framed.isClosed) return;
    if (this.#framed.capabilities.hello) {
      this.#framed.send(makeHello(this.#options, 0));
      this.#framed.flush();
    } else this.#becomeReady();
  }

  /**
   * Opens a stream on a ready connection. From here on the stream is settled by its own methods.
   *
   * @throws SocketPoolError when the call cannot be encoded: it is then not open, and was not sent
   */
  open(stream: OutgoingStream): void {
    // The id is taken and the stream entered before it is sent: sending may flush, and flushing may
    // find out that the link is gone.
    stream.streamId = ++this.#lastStreamId;
    stream.ungrantedBytes = 0;
    this.#streams.add(stream);
    try {
      this.#framed.send(stream);
    } catch (error) {
      this.#streams.remove(stream.streamId);
      throw error;
    }
    if (this.#lastStreamId >= MAX_STREAM_ID) this.drain();
  }

  /**
   * Sends an event on a ready connection.
   *
   * @throws SocketPoolError when the event cannot be encoded: it was not sent
   */
  emit(event: OutgoingEvent): void {
    event.streamId = ++this.#lastStreamId;
    this.#unwrittenEvents.push(event);
    try {
      this.#framed.send(event);
    } catch (error) {
      this.#unwrittenEvents.pop();
      throw error;
    }
    if (this.#lastStreamId >= MAX_STREAM_ID) this.drain();
  }

  /** Forgets a stream and tells the server, where the dialect can say so. */
  cancel(stream: OutgoingStream): void {
    if (this.#streams.get(stream.streamId) !== stream) return;
    this.#streams.remove(stream.streamId);
    if (this.#framed.capabilities.cancel)
      this.#framed.send({ type: FrameType.Cancel, streamId: stream.streamId });
    this.#ended();
  }

  /** Bytes of a streamed reply were consumed; credit goes out for half a window at a time. */
  grant(stream: OutgoingStream, bytes: number): void {
    if (!this.#framed.capabilities.credit || this.#state === 'closed') return;
    stream.ungrantedBytes += bytes;
    if (stream.ungrantedBytes * 2 < this.#options.initialCreditBytes) return;
    if (this.#streams.get(stream.streamId) !== stream) return;
    this.#framed.send({
      type: FrameType.Credit,
      streamId: stream.streamId,
      bytes: stream.ungrantedBytes,
    });
    stream.ungrantedBytes = 0;
  }

  /**
   * Asks the peer for a sign of life of its service, over this connection.
   *
   * @returns the round trip in ms
   * @throws SocketPoolError `HEARTBEAT_TIMEOUT` when no answer came in time, `CONNECTION_LOST` when the
   *   connection is closed, or cannot ping
   */
  ping(timeoutMs: number): Promise<number> {
    if (this.#state === 'closed' || !this.#framed.capabilities.ping) {
      const text = `${this.#framed.link.remote} cannot be asked: not connected, or its dialect has no pings`;
      return Promise.reject(new SocketPoolError('CONNECTION_LOST', text));
    }
    return this.#pings.open(
      timeoutMs,
      (nonce) => void this.#framed.send({ type: FrameType.Ping, nonce }),
    );
  }

  /** Takes no new streams, lets those in flight finish, then closes. */
  drain(): void {
    if (!this.#transition('draining')) return;
    this.#handler.onDraining(this, undefined);
    this.#closeIfDrained();
  }

  /** Closes now. Streams in flight fail. */
  destroy(error?: Error): void {
    this.#framed.destroy(error);
  }

  #onFrame(frame: Frame): void {
    switch (frame.type) {
      case FrameType.Response:
        return this.#onResponse(frame);
      case FrameType.Error: {
        const stream = this.#take(frame.streamId);
        return stream?.onErrorFrame(frame);
      }
      case FrameType.Rejected:
        return this.#onRejected(frame);
      case FrameType.GoAway:
        return this.#onGoAway(frame);
      case FrameType.Hello:
        return this.#onHello(frame);
      default:
        // A server opens no streams: what it sends of them is a mistake that harms nobody here.
        return undefined;
    }
  }

  #onResponse(frame: ResponseFrame): void {
    const stream = frame.isEnd ? this.#take(frame.streamId) : this.#streams.get(frame.streamId);
    if (stream === undefined) return;
    if (frame.fault !== undefined) {
      if (!frame.isEnd) this.cancel(stream);
      stream.onFailure(frame.fault.withProcessed('yes'));
      return;
    }
    if (frame.hasPayload) stream.onValue(frame.payload, frame.creditBytes);
    if (frame.isEnd) stream.onEnd();
  }

  #onRejected(frame: RejectedFrame): void {
    this.#take(frame.streamId)?.onFailure(refusalError(this.#framed.link.remote, frame));
  }

  #onHello(frame: HelloFrame): void {
    if (this.#state !== 'handshaking') return;
    this.#serverHello = frame;
    this.#maxStreams = frame.maxStreams;
    this.#framed.limitMessages(frame.maxFrameBytes);
    this.#becomeReady();
  }

  #becomeReady(): void {
    if (!this.#transition('ready')) return;
    this.#framed.startHeartbeat();
    this.#handler.onReady(this);
  }

  #onGoAway(frame: GoAwayFrame): void {
    if (this.#state === 'handshaking') {
      this.destroy(handshakeRefusedError(this.#framed.link.remote, frame));
      return;
    }
    if (this.#transition('draining')) this.#handler.onDraining(this, frame);
    if (frame.reason === GoAwayReason.ProtocolError) {
      this.destroy(
        new SocketPoolError(
          'PROTOCOL_ERROR',
          `${this.#framed.link.remote} ended the connection: ${frame.message}`,
          { origin: 'remote' },
        ),
      );
      return;
    }
    this.#refuseAfter(frame);
    this.#closeIfDrained();
  }

  /** Streams after the last one the server took were never run: their callers may send them elsewhere. */
  #refuseAfter(frame: GoAwayFrame): void {
    const refused = this.#streams.values().filter((stream) => stream.streamId > frame.lastStreamId);
    for (const stream of refused) this.#streams.remove(stream.streamId);
    for (const stream of refused) stream.onFailure(refusalError(this.#framed.link.remote, frame));
  }

  #onPong(frame: PongFrame): void {
    this.#peerLoopLagMs = frame.loopLagMs;
    this.#pings.answer(frame.nonce);
  }

  #onFlushed(): void {
    this.#lastWrittenStreamId = this.#lastStreamId;
    if (this.#unwrittenEvents.length === 0) return;
    const events = this.#unwrittenEvents;
    this.#unwrittenEvents = [];
    for (const event of events) event.onWritten();
  }

  #onClosed(error: Error | undefined): void {
    this.#state = 'closed';
    this.#closeTimer?.cancel();
    const events = this.#unwrittenEvents;
    this.#unwrittenEvents = [];
    this.#pings.failAll(lostError(this.#framed.link.remote, error));
    this.#settleStreams(error);
    for (const event of events) event.onFailure(lostError(this.#framed.link.remote, error, 'no'));
    this.#handler.onClosed(this, error);
  }

  #settleStreams(error: Error | undefined): void {
    for (const stream of this.#streams.takeAll()) {
      // What was still waiting for its turn to be written cannot have been run.
      const processed = stream.streamId > this.#lastWrittenStreamId ? 'no' : 'maybe';
      stream.onFailure(lostError(this.#framed.link.remote, error, processed));
    }
  }

  #take(streamId: number): OutgoingStream | undefined {
    const stream = this.#streams.remove(streamId);
    if (stream !== undefined) this.#ended();
    return stream;
  }

  #ended(): void {
    this.#handler.onStreamEnd(this);
    if (this.#state === 'draining') this.#closeIfDrained();
  }

  #closeIfDrained(): void {
    if (this.#state !== 'draining' || this.#streams.size > 0 || this.#closeTimer !== undefined)
      return;
    // In the next turn: the last reply may have been taken out of the table but not yet handed over.
    this.#closeTimer = this.#options.clock.afterTurn(() => this.#framed.close(CLOSE_LINGER_MS));
  }

  #transition(to: ConnectionState): boolean {
    if (!mayTransition(this.#state, to)) return false;
    this.#state = to;
    return true;
  }
}
