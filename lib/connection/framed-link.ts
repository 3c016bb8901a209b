import type { Clock, Timer } from '../common/clock.js';
import { messageOf, SocketPoolError } from '../errors/socket-pool-error.js';
import type { Link, LinkHandler } from '../link/link.js';
import type {
  Dialect,
  DialectCapabilities,
  FrameDecoder,
  PacketHooks,
  ProtocolLimits,
  Role,
} from '../protocol/dialect.js';
import type { Frame, PongFrame } from '../protocol/frame.js';
import { FrameType } from '../protocol/frame.js';
import type { HeartbeatTerms } from './heartbeat.js';
import { Heartbeat } from './heartbeat.js';
import { MessageGuard } from './message-guard.js';
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
  onViolation(error: SocketPoolError): void;
  /** Exactly once, and nothing after it. */
  onClosed(error: Error | undefined): void;
}

/** A link that speaks frames: decoding, batching, heartbeat and the time limits of reading, alike at both ends. */
export class FramedLink implements LinkHandler {
  readonly capabilities: DialectCapabilities;
  readonly #link: Link;
  readonly #options: FramedLinkOptions;
  readonly #handler: FramedLinkHandler;
  readonly #decoder: FrameDecoder;
  readonly #sendQueue: SendQueue;
  readonly #limitEncoder: (maxFrameBytes: number) => void;
  readonly #heartbeat: Heartbeat | undefined;
  readonly #guard: MessageGuard;
  #chunks: Buffer[] = [];
  #resumeTimer: Timer | undefined;
  #isReadingPaused = false;
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
    this.#decoder = codec.decoder((frame) => this.#onFrame(frame));
    this.#limitEncoder = (maxFrameBytes) => codec.encoder.limitTo(maxFrameBytes);
    this.#sendQueue = new SendQueue(link, codec.encoder, options.clock, () => handler.onFlushed());
    this.#guard = new MessageGuard(options.messageTimeoutMs, options.clock, () => this.#failLate());
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
    return this.#decoder.bufferedBytes;
  }

  get isReadingPaused(): boolean {
    return this.#isReadingPaused;
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

  pauseReading(): void {
    if (this.#isReadingPaused || this.#isClosed) return;
    this.#isReadingPaused = true;
    this.#link.pause();
  }

  resumeReading(): void {
    if (!this.#isReadingPaused || this.#isClosed) return;
    this.#isReadingPaused = false;
    this.#readOn();
  }

  /** Sends what waits, then closes. The peer may keep its half open, so the descriptor is let go of all the same. */
  close(lingerMs: number): void {
    if (this.#isClosed) return;
    this.flush();
    this.#link.end();
    if (this.#link.isClosed) return;
    this.#resumeTimer?.cancel();
    this.#resumeTimer = this.#options.clock.schedule(lingerMs, () => this.#link.destroy(), true);
  }

  destroy(error?: Error): void {
    if (this.#isClosed) return;
    this.#link.destroy(error);
  }

  onData(chunk: Buffer): void {
    this.#heartbeat?.heard();
    if (this.#isClosed) return;
    // What arrives while earlier bytes are still being worked on, or reading is paused, waits its turn.
    if (this.#chunks.length > 0 || this.#resumeTimer !== undefined || this.#isReadingPaused)
      this.#chunks.push(chunk);
    else this.#read(chunk);
  }

  onDrain(): void {
    this.flush();
    this.#handler.onDrain();
  }

  onEnd(): void {
    this.#link.destroy();
  }

  onClose(error: Error | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#heartbeat?.stop();
    this.#guard.stop();
    this.#resumeTimer?.cancel();
    this.#decoder.close();
    this.#sendQueue.close();
    this.#chunks = [];
    this.#handler.onClosed(error);
  }

  #read(chunk: Buffer | undefined): void {
    try {
      const isDone = chunk === undefined ? this.#decoder.resume() : this.#decoder.read(chunk);
      this.#guard.readTo(this.#decoder.bufferedBytes > 0);
      this.#handler.onRead();
      if (!isDone) this.#readLater();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The budget of this turn is used up: other connections get their turn, and the kernel holds the peer back. */
  #readLater(): void {
    if (this.#isClosed || this.#resumeTimer !== undefined) return;
    this.#link.pause();
    this.#resumeTimer = this.#options.clock.afterTurn(() => {
      this.#resumeTimer = undefined;
      this.#read(undefined);
      this.#readOn();
    });
  }

  #readOn(): void {
    while (!this.#isClosed && !this.#isReadingPaused && this.#resumeTimer === undefined) {
      const chunk = this.#chunks.shift();
      if (chunk === undefined) {
        this.#link.resume();
        return;
      }
      this.#read(chunk);
    }
  }

  #onFrame(frame: Frame): void {
    this.#guard.completed();
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
    const isReadingPaused = (): boolean => this.#isReadingPaused;
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
    this.#violate(new SocketPoolError('PROTOCOL_ERROR', text));
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

  #violate(error: SocketPoolError): void {
    if (this.#isClosed) return;
    this.#handler.onViolation(error);
    this.destroy(error);
  }
}
