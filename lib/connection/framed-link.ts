import type { Clock, Timer } from '../common/clock.js';
import { messageOf, SocketPoolError } from '../errors/socket-pool-error.js';
import type { Link, LinkHandler } from '../link/link.js';
import type {
  Dialect,
  DialectCapabilities,
  PacketHooks,
  ProtocolLimits,
  Role,
} from '../protocol/dialect.js';
import type { Frame, PongFrame } from '../protocol/frame.js';
import { FrameType } from '../protocol/frame.js';
import type { PauseReason } from './link-reader.js';
import { LinkReader } from './link-reader.js';
import type { HeartbeatTerms } from './heartbeat.js';
import { Heartbeat } from './heartbeat.js';
import { SendQueue } from './send-queue.js';

/** What both ends of a connection configure. */
export interface FramedLinkOptions {
  readonly role: Role;
  readonly dialect: Dialect;
  readonly limits: ProtocolLimits;
  readonly hooks?: PacketHooks;
  readonly clock: Clock;
  readonly heartbeat: HeartbeatTerms | false;
  /** The longest time from the first byte of a message to its last, in ms. */
  readonly messageTimeoutMs: number;
  /** How late the loop of this process runs, in ms, for the pongs. */
  readonly loopLagMs: () => number;
  /** How long the oldest call that has not started has waited here, in ms, for the pongs. */
  readonly queueAgeMs: () => number;
}

export type ViolationCause = 'protocolError' | 'messageTimeout';

export interface FramedLinkHandler {
  /** Every frame but pings and pongs. */
  onFrame(frame: Frame): void;
  /** A pong arrived; it tells how busy the peer is. */
  onPong(frame: PongFrame): void;
  /** All frames of a chunk were handed over, or the budget of the turn is used up. */
  onRead(): void;
  /** What was sent so far is with the link. */
  onFlushed(): void;
  /** The kernel has taken all that was pending. */
  onDrain(): void;
  /** Bytes arrived that break the protocol, or cost too much; the link is about to be destroyed. */
  onViolation(error: SocketPoolError, cause: ViolationCause): void;
  /** Exactly once, and nothing after it. */
  onClosed(error: Error | undefined): void;
}

/** A link that speaks frames: decoding, batching, heartbeat and the time limits of reading, alike at both ends. */
export class FramedLink implements LinkHandler {
  readonly capabilities: DialectCapabilities;
  readonly #link: Link;
  readonly #options: FramedLinkOptions;
  readonly #handler: FramedLinkHandler;
  readonly #reader: LinkReader;
  readonly #sendQueue: SendQueue;
  readonly #limitEncoder: (maxFrameBytes: number) => void;
  readonly #heartbeat: Heartbeat | undefined;
  #lingerMs: number | undefined;
  #closeTimer: Timer | undefined;
  #isClosed = false;

  constructor(link: Link, options: FramedLinkOptions, handler: FramedLinkHandler) {
    const codec = options.dialect.open({
      role: options.role,
      limits: options.limits,
      hooks: options.hooks,
      onError: (error) => this.#fail(error),
    });
    this.#link = link;
    this.#options = options;
    this.#handler = handler;
    this.capabilities = codec.capabilities;
    this.#reader = new LinkReader(link, (sink) => codec.decoder(sink), options, {
      onFrame: (frame) => this.#onFrame(frame),
      onRead: () => handler.onRead(),
      onUnreadable: (error) => this.#fail(error),
      onLate: () => this.#failLate(),
    });
    this.#limitEncoder = (maxFrameBytes) => codec.encoder.limitTo(maxFrameBytes);
    this.#sendQueue = new SendQueue(link, codec.encoder, options.clock, () => handler.onFlushed());
    this.#heartbeat = this.#makeHeartbeat();
  }

  get link(): Link {
    return this.#link;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Bytes this end holds for the peer to read. */
  get pendingBytes(): number {
    return this.#sendQueue.pendingBytes;
  }

  /** Bytes of a message that has begun to arrive. */
  get bufferedBytes(): number {
    return this.#reader.bufferedBytes;
  }

  get isReadingPaused(): boolean {
    return this.#reader.isPaused;
  }

  /** When the frame that is being handled arrived, on the connection's clock. */
  get receivedAt(): number {
    return this.#reader.receivedAt;
  }

  /** Since when it is being handled: later than `receivedAt` when it had to wait for its turn. */
  get readAt(): number {
    return this.#reader.readAt;
  }

  get missedHeartbeats(): number {
    return this.#heartbeat?.missed ?? 0;
  }

  get roundTripMs(): number | undefined {
    return this.#heartbeat?.roundTripMs;
  }

  /** @param firstBytes what was read before the dialect was known */
  start(firstBytes?: Buffer): void {
    this.#link.start(this);
    if (firstBytes !== undefined && firstBytes.length > 0) this.onData(firstBytes);
  }

  startHeartbeat(): void {
    if (!this.#isClosed) this.#heartbeat?.start();
  }

  limitMessages(maxFrameBytes: number): void {
    this.#limitEncoder(maxFrameBytes);
  }

  /**
   * @returns the bytes that count against the stream's credit
   * @throws SocketPoolError when the frame cannot be encoded; nothing is sent then
   */
  send(frame: Frame): number {
    return this.#sendQueue.send(frame);
  }

  /**
   * Encodes a frame that is sent later with `sendEncoded`.
   *
   * @throws SocketPoolError when the frame cannot be encoded
   */
  encode(frame: Frame): Uint8Array {
    return this.#sendQueue.encode(frame);
  }

  sendEncoded(bytes: Uint8Array): void {
    this.#sendQueue.sendEncoded(bytes);
  }

  flush(): void {
    this.#sendQueue.flush();
  }

  pauseReading(reason: PauseReason): void {
    this.#reader.pause(reason);
  }

  resumeReading(reason: PauseReason): void {
    this.#reader.resume(reason);
  }

  /**
   * Sends what waits, then closes. The peer may keep its half open, so the descriptor is let go of all the
   * same; a peer that does not take what waits is given `messageTimeoutMs`.
   *
   * @param lingerMs how long to wait for the peer's end once all is sent
   */
  close(lingerMs: number): void {
    if (this.#isClosed || this.#lingerMs !== undefined) return;
    this.#lingerMs = lingerMs;
    this.#destroyIn(this.#options.messageTimeoutMs);
    this.#endWhenSent(lingerMs);
  }

  /** Closes now: what arrived and was not handled is not handled any more. */
  destroy(error?: Error): void {
    if (this.#isClosed) return;
    this.#reader.close();
    this.#sendQueue.close();
    this.#link.destroy(error);
  }

  onData(chunk: Buffer): void {
    this.#heartbeat?.heard();
    this.#reader.take(chunk);
  }

  onDrain(): void {
    this.flush();
    if (this.#lingerMs !== undefined) this.#endWhenSent(this.#lingerMs);
    this.#handler.onDrain();
  }

  onEnd(): void {
    this.#link.destroy();
  }

  onClose(error: Error | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#heartbeat?.stop();
    this.#closeTimer?.cancel();
    this.#reader.close();
    this.#sendQueue.close();
    this.#handler.onClosed(error);
  }

  /** Called again with every drain: the queue holds back what the link cannot take at once. */
  #endWhenSent(lingerMs: number): void {
    this.flush();
    if (this.#sendQueue.heldBytes > 0) return;
    this.#link.end();
    if (this.#link.pendingBytes === 0) this.#destroyIn(lingerMs);
  }

  #destroyIn(delayMs: number): void {
    if (this.#link.isClosed) return;
    this.#closeTimer?.cancel();
    this.#closeTimer = this.#options.clock.schedule(delayMs, () => this.#link.destroy(), true);
  }

  #onFrame(frame: Frame): void {
    if (frame.type === FrameType.Ping) this.#answerPing(frame.nonce);
    else if (frame.type === FrameType.Pong) this.#onPong(frame);
    else this.#handler.onFrame(frame);
  }

  #answerPing(nonce: number): void {
    const loopLagMs = Math.round(this.#options.loopLagMs());
    const queueAgeMs = Math.round(this.#options.queueAgeMs());
    this.send({ type: FrameType.Pong, nonce, loopLagMs, queueAgeMs });
  }

  #onPong(frame: PongFrame): void {
    this.#heartbeat?.pong(frame.nonce);
    this.#handler.onPong(frame);
  }

  #makeHeartbeat(): Heartbeat | undefined {
    const terms = this.#options.heartbeat;
    if (terms === false || !this.capabilities.ping) return undefined;
    const isReadingPaused = (): boolean => this.isReadingPaused;
    return new Heartbeat(terms, this.#options.clock, {
      get isReadingPaused() {
        return isReadingPaused();
      },
      sendPing: (nonce) => {
        this.send({ type: FrameType.Ping, nonce });
      },
      onPeerSilent: (silentMs) => this.#failSilent(silentMs),
    });
  }

  #failSilent(silentMs: number): void {
    const text = `${this.#link.remote} has sent nothing for ${silentMs} ms, heartbeats included`;
    this.destroy(new SocketPoolError('HEARTBEAT_TIMEOUT', text));
  }

  #failLate(): void {
    const { messageTimeoutMs } = this.#options;
    const text = `${this.#link.remote} took more than ${messageTimeoutMs} ms to send one message (${this.bufferedBytes} bytes so far)`;
    this.#violate(new SocketPoolError('PROTOCOL_ERROR', text), 'messageTimeout');
  }

  #fail(error: unknown): void {
    if (error instanceof SocketPoolError) this.#violate(error);
    else
      this.#violate(
        new SocketPoolError(
          'INTERNAL_ERROR',
          `reading from ${this.#link.remote} failed: ${messageOf(error)}`,
          { cause: error },
        ),
      );
  }

  #violate(error: SocketPoolError, cause: ViolationCause = 'protocolError'): void {
    if (this.#isClosed || this.#link.isClosed) return;
    this.#handler.onViolation(error, cause);
    this.destroy(error);
  }
}
