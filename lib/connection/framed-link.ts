import type { Timer } from '../common/clock.js';
import type { SocketPoolError } from '../errors/socket-pool-error.js';
import type { Link, LinkHandler } from '../link/link.js';
import type { DialectCapabilities } from '../protocol/dialect.js';
import type { Frame, PongFrame } from '../protocol/frame.js';
import { FrameType } from '../protocol/frame.js';
import type { PauseReason } from './link-reader.js';
import { LinkReader } from './link-reader.js';
import type { FramedLinkHandler, ViolationCause } from './framed-link-handler.js';
import type { FramedLinkOptions } from './framed-link-options.js';
import { Heartbeat } from './heartbeat.js';
import { LifeSign } from './life-sign.js';
import { brokenRuleError, lateError, silentError, unreadableError } from './link-failure.js';
import type { PeerCondition } from './peer-condition.js';
import { READY } from './peer-condition.js';
import { PongSender } from './pong-sender.js';
import { SendQueue } from './send-queue.js';

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
  readonly #lifeSign: LifeSign;
  readonly #pongs: PongSender;
  #closing: { readonly lingerMs: number; readonly error: Error | undefined } | undefined;
  #closeTimer: Timer | undefined;
  #isOpen = true;
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
    this.#lifeSign = new LifeSign(options.clock, () => this.#ping(0));
    this.#pongs = new PongSender(this, { ...options, onUnread: (what) => this.#breakOff(what) });
  }

  get link(): Link {
    return this.#link;
  }

  /** Whether frames are sent and received; false from the beginning of the end on. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Bytes this end holds for the peer to read. */
  get pendingBytes(): number {
    return this.#sendQueue.pendingBytes;
  }

  /**
   * Of those, what waits because the peer does not read: 0 while the kernel takes all there is. Above 0
   * `onDrain` is sure to come.
   */
  get unreadBytes(): number {
    return this.#link.pendingBytes === 0 ? 0 : this.#sendQueue.pendingBytes;
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

  /** As its heartbeats tell; without heartbeats nobody knows better. */
  get peerCondition(): PeerCondition {
    return this.#heartbeat?.condition ?? READY;
  }

  get missedHeartbeats(): number {
    return this.#heartbeat?.missed ?? 0;
  }

  get totalMissedHeartbeats(): number {
    return this.#heartbeat?.totalMissed ?? 0;
  }

  get roundTripMs(): number | undefined {
    return this.#heartbeat?.roundTripMs;
  }

  start(): void {
    this.#link.start(this);
  }

  /** @param peerIntervalMs how often the peer pings, by its hello; 0 when it does not */
  startHeartbeat(peerIntervalMs: number): void {
    if (!this.#isOpen) return;
    this.#lifeSign.agree(this.capabilities.ping ? peerIntervalMs : 0);
    this.#heartbeat?.start();
  }

  limitMessages(maxFrameBytes: number): void {
    this.#limitEncoder(maxFrameBytes);
  }

  /**
   * Sends a frame; once the end has begun, drops it.
   *
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
    if (this.#isOpen) this.#lifeSign.start();
  }

  resumeReading(reason: PauseReason): void {
    // What the peer sent meanwhile has yet to be read: the silence was on this side.
    this.#heartbeat?.heard();
    this.#reader.resume(reason);
    if (!this.#reader.isPaused) this.#lifeSign.stop();
  }

  /**
   * Sends what waits, then closes. What still arrives is thrown away. A peer that does not take what
   * waits is given `messageTimeoutMs`.
   *
   * @param lingerMs how long to wait for the peer's end once all is sent
   * @param error what `onClosed` is told
   */
  close(lingerMs: number, error?: Error): void {
    if (!this.#isOpen) return;
    this.#closing = { lingerMs, error };
    this.#sendQueue.flushAll();
    this.#stop();
    this.#link.end();
    // Arrived bytes that nobody has read would turn the end into a reset, which may overtake what was sent last.
    this.#link.resume();
    this.#destroyIn(this.#link.pendingBytes > 0 ? this.#options.messageTimeoutMs : lingerMs);
  }

  /** Closes now: what arrived and was not handled is not handled any more. */
  destroy(error?: Error): void {
    if (this.#isClosed) return;
    this.#stop();
    this.#link.destroy(error);
  }

  onData(chunk: Buffer): void {
    this.#heartbeat?.heard();
    this.#reader.take(chunk);
  }

  onDrain(): void {
    if (this.#closing !== undefined) this.#destroyIn(this.#closing.lingerMs);
    if (!this.#isOpen) return;
    this.flush();
    this.#handler.onDrain();
  }

  onEnd(): void {
    // With both halves ended the link closes by itself.
    if (this.#isOpen) this.#handler.onEnd();
  }

  onClose(error: Error | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stop();
    this.#closeTimer?.cancel();
    // However a link ends that was being closed: nobody minds.
    this.#handler.onClosed(this.#closing === undefined ? error : this.#closing.error);
  }

  #stop(): void {
    this.#isOpen = false;
    this.#heartbeat?.stop();
    this.#lifeSign.stop();
    this.#reader.close();
    this.#sendQueue.close();
  }

  #destroyIn(delayMs: number): void {
    if (this.#link.isClosed) return;
    this.#closeTimer?.cancel();
    this.#closeTimer = this.#options.clock.schedule(delayMs, () => this.#link.destroy(), true);
  }

  #onFrame(frame: Frame): void {
    if (frame.type === FrameType.Ping) this.#pongs.answer(frame.nonce);
    else if (frame.type === FrameType.Pong) this.#onPong(frame);
    else this.#handler.onFrame(frame);
  }

  #onPong(frame: PongFrame): void {
    this.#heartbeat?.pong(frame);
    this.#handler.onPong(frame);
  }

  #makeHeartbeat(): Heartbeat | undefined {
    const { heartbeat: terms, clock, busy, askBeacon } = this.#options;
    if (terms === false || !this.capabilities.ping) return undefined;
    const peer = {
      isDeaf: () => this.#reader.isDeaf,
      glimpse: () => this.#reader.glimpse(),
      sendPing: (nonce: number) => this.#ping(nonce),
      askBeacon,
      onCondition: (condition: PeerCondition) => this.#handler.onCondition?.(condition),
      onPeerSilent: (silentMs: number) => this.destroy(silentError(this.#link.remote, silentMs)),
    };
    return new Heartbeat(terms, clock, peer, busy);
  }

  #ping(nonce: number): void {
    this.send({ type: FrameType.Ping, nonce });
  }

  #breakOff(what: string): void {
    this.#violate(brokenRuleError(this.#link.remote, what), 'protocolError');
  }

  #failLate(): void {
    const { messageTimeoutMs } = this.#options;
    const error = lateError(this.#link.remote, messageTimeoutMs, this.bufferedBytes);
    this.#violate(error, 'messageTimeout');
  }

  #fail(error: unknown): void {
    const failure = unreadableError(this.#link.remote, error);
    this.#violate(failure, failure.code === 'INTERNAL_ERROR' ? 'other' : 'protocolError');
  }

  #violate(error: SocketPoolError, cause: ViolationCause): void {
    if (!this.#isOpen) return;
    this.#handler.onViolation(error, cause);
    if (this.#isOpen) this.destroy(error);
  }
}
