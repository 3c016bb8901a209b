import type { Timer } from '../common/clock.js';
import type { Link } from '../link/link.js';
import type { Frame, GoAwayFrame, HelloFrame, PongFrame } from '../protocol/frame.js';
import { FrameType, GoAwayReason } from '../protocol/frame.js';
import type {
  ClientConnectionHandler,
  ClientConnectionOptions,
} from './client-connection-options.js';
import type { ConnectionState } from './connection-state.js';
import { mayTransition, nextConnectionId } from './connection-state.js';
import { FramedLink } from './framed-link.js';
import { makeHello, sayHello } from './hello.js';
import { OutgoingLedger } from './outgoing-ledger.js';
import type { OutgoingEvent, OutgoingStream } from './outgoing-stream.js';
import { PingTable } from './ping-table.js';
import { ReplyDelivery } from './reply-delivery.js';
import {
  brokenOffError,
  handshakeRefusedError,
  lostError,
  notOpenError,
  refusalError,
} from './stream-failure.js';

/** How long a closing connection waits for the peer's FIN. */
const CLOSE_LINGER_MS = 1_000;

const RETIRED: GoAwayFrame = Object.freeze({
  type: FrameType.GoAway,
  lastStreamId: 0,
  reason: GoAwayReason.Retired,
  message: '',
});

/** The client end of one multiplexed conversation: many calls at once, each settled exactly once. */
export class ClientConnection {
  readonly id = nextConnectionId();
  readonly openedAt: number;
  readonly #options: ClientConnectionOptions;
  readonly #handler: ClientConnectionHandler;
  readonly #framed: FramedLink;
  readonly #ledger: OutgoingLedger;
  readonly #replies: ReplyDelivery;
  readonly #pings: PingTable;
  #state: ConnectionState = 'handshaking';
  #maxStreams = Number.POSITIVE_INFINITY;
  #serverHello: HelloFrame | undefined;
  #peerLoopLagMs = 0;
  #isEndWanted = false;
  #closeTimer: Timer | undefined;

  constructor(link: Link, options: ClientConnectionOptions, handler: ClientConnectionHandler) {
    this.#options = options;
    this.#handler = handler;
    this.openedAt = options.clock.now();
    this.#framed = new FramedLink(
      link,
      {
        ...{ ...options, role: 'client', queueAgeMs: () => 0 },
        askBeacon: (limitMs) => options.beacons?.askServer(this.#serverHello, link, limitMs),
      },
      {
        onFrame: (frame) => this.#onFrame(frame),
        onPong: (frame) => this.#onPong(frame),
        onCondition: (condition) => handler.onCondition?.(this, condition),
        onRead: () => {},
        onFlushed: () => this.#ledger.written(),
        onDrain: () => {},
        onEnd: () => this.#onPeerEnd(),
        onViolation: () => {},
        onClosed: (error) => this.#onClosed(error),
      },
    );
    this.#ledger = new OutgoingLedger(this.#framed);
    this.#pings = new PingTable(options.clock, this.#framed);
    this.#replies = new ReplyDelivery(this.#ledger, this.#framed, {
      initialCreditBytes: options.initialCreditBytes,
      onSettled: () => this.#onSettled(),
    });
  }

  get state(): ConnectionState {
    return this.#framed.isOpen ? this.#state : 'closed';
  }

  get isReady(): boolean {
    return this.#state === 'ready' && this.#framed.isOpen;
  }

  /** Streams in flight. */
  get pending(): number {
    return this.#ledger.size;
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
    if (this.#framed.capabilities.hello) sayHello(this.#framed, makeHello(this.#options, 0));
    else this.#becomeReady();
  }

  /**
   * Opens a stream on a ready connection. From here on the stream is settled by its own methods.
   *
   * @throws SocketPoolError when the connection is not ready or its server does not read, or when the call
   *   cannot be encoded: it is then not open, and was not sent
   */
  open(stream: OutgoingStream): void {
    if (!this.isReady) throw notOpenError(this.#framed.link.remote, this.state);
    this.#ledger.open(stream);
    if (this.#ledger.isExhausted) this.drain();
  }

  /**
   * Sends an event on a ready connection.
   *
   * @throws SocketPoolError when the connection is not ready or its server does not read, or when the
   *   event cannot be encoded: it was not sent
   */
  emit(event: OutgoingEvent): void {
    if (!this.isReady) throw notOpenError(this.#framed.link.remote, this.state);
    this.#ledger.emit(event);
    if (this.#ledger.isExhausted) this.drain();
  }

  /** Forgets a stream and tells the server, where the dialect can say so. */
  cancel(stream: OutgoingStream): void {
    this.#replies.cancel(stream);
  }

  /** Another stream, in flight nowhere, takes the place of one here, if that is still in flight. */
  replace(stream: OutgoingStream, successor: OutgoingStream): void {
    this.#ledger.replace(stream, successor);
  }

  /** Bytes of a streamed reply were consumed; credit goes out for half a window at a time. */
  grant(stream: OutgoingStream, bytes: number): void {
    this.#replies.grant(stream, bytes);
  }

  /**
   * Asks the peer for a sign of life of its service, over this connection.
   *
   * @returns the round trip in ms
   * @throws SocketPoolError `HEARTBEAT_TIMEOUT` when no answer came in time, `CONNECTION_LOST` when the
   *   connection is closed, or cannot ping
   */
  ping(timeoutMs: number): Promise<number> {
    return this.#pings.open(timeoutMs);
  }

  /** Takes no new streams, lets those in flight finish, then closes. */
  drain(): void {
    const wasReady = this.#state === 'ready';
    if (!this.#transition('draining')) return;
    if (wasReady) this.#framed.send(RETIRED);
    this.#handler.onDraining(this, undefined);
    this.#closeIfDrained();
  }

  /** Closes now. Streams in flight fail, in a later turn; nothing else happens to them before. */
  destroy(error?: Error): void {
    this.#isEndWanted = true;
    this.#framed.destroy(error);
  }

  #onFrame(frame: Frame): void {
    switch (frame.type) {
      case FrameType.Response:
        return this.#replies.response(frame);
      case FrameType.Error:
        return this.#replies.error(frame);
      case FrameType.Rejected:
        return this.#replies.rejected(frame);
      case FrameType.GoAway:
        return this.#onGoAway(frame);
      case FrameType.Hello:
        return this.#onHello(frame);
      default:
        // A server opens no streams: what it sends of them is a mistake that harms nobody here.
        return undefined;
    }
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
    this.#framed.startHeartbeat(this.#serverHello?.heartbeatIntervalMs ?? 0);
    this.#handler.onReady(this);
  }

  #onGoAway(frame: GoAwayFrame): void {
    const { remote } = this.#framed.link;
    if (this.#state === 'handshaking') {
      this.destroy(handshakeRefusedError(remote, frame));
      return;
    }
    if (this.#transition('draining')) this.#handler.onDraining(this, frame);
    // Streams after the last one the server took were never run: their callers may send them elsewhere.
    const refused = this.#ledger.failAfter(frame.lastStreamId, () => refusalError(remote, frame));
    if (frame.reason === GoAwayReason.ProtocolError) this.destroy(brokenOffError(remote, frame));
    if (refused > 0) this.#onSettled();
    else this.#closeIfDrained();
  }

  #onPong(frame: PongFrame): void {
    this.#peerLoopLagMs = frame.loopLagMs;
    this.#pings.answer(frame.nonce);
  }

  #onPeerEnd(): void {
    if (this.#ledger.size === 0 || this.#options.hooks?.deserialize === undefined) {
      this.#framed.destroy();
      return;
    }
    // The last replies may still be with an asynchronous deserializer.
    this.drain();
    this.#closeTimer = this.#options.clock.schedule(CLOSE_LINGER_MS, () => this.#framed.destroy());
  }

  #onClosed(error: Error | undefined): void {
    this.#state = 'closed';
    this.#closeTimer?.cancel();
    const { remote } = this.#framed.link;
    const why = error ?? (this.#isEndWanted ? new Error('this end closed it') : undefined);
    this.#pings.failAll(lostError(remote, why));
    this.#ledger.failAll((isWritten) => lostError(remote, why, isWritten ? 'maybe' : 'no'));
    this.#handler.onClosed(this, error);
  }

  #onSettled(): void {
    this.#handler.onStreamEnd(this);
    this.#closeIfDrained();
  }

  #closeIfDrained(): void {
    if (this.#state !== 'draining' || this.#ledger.size > 0) return;
    // In the next turn: whoever was settled last may still be at work on this connection.
    this.#closeTimer?.cancel();
    this.#closeTimer = this.#options.clock.afterTurn(() => this.#close());
  }

  #close(): void {
    this.#isEndWanted = true;
    this.#framed.close(CLOSE_LINGER_MS);
  }

  #transition(to: ConnectionState): boolean {
    if (!this.#framed.isOpen || !mayTransition(this.#state, to)) return false;
    this.#state = to;
    return true;
  }
}
