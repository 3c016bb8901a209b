import type { FrameSink } from './dialect.js';
import type { Frame } from './frame.js';
import { FrameType } from './frame.js';

/** So many frames may wait for a deserializer before no further bytes are read. */
const MAX_WAITING_FRAMES = 1024;

/** What a deserializer made of a message; nothing, when the message is to be ignored. */
export type MaybeFrame = Frame | undefined;

interface Waiting {
  isReady: boolean;
  frame: MaybeFrame;
  readonly bytes: number;
}

/**
 * Hands frames on in the order in which they came, although a custom deserializer may take its time
 * over some of them. Deserializers run side by side; a frame waits for those before it. Heartbeats
 * do not wait: a slow deserializer is no dead peer.
 */
export class OrderedSink {
  readonly #sink: FrameSink;
  readonly #onError: ((error: Error) => void) | undefined;
  readonly #maxWaitingBytes: number;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #isClosed = false;

  /**
   * @param maxWaitingBytes more than this is not read ahead of a slow deserializer
   * @param onError told when the sink throws on a frame that came late
   */
  constructor(
    sink: FrameSink,
    maxWaitingBytes: number,
    onError: ((error: Error) => void) | undefined,
  ) {
    this.#sink = sink;
    this.#maxWaitingBytes = maxWaitingBytes;
    this.#onError = onError;
  }

  /** Whether so much waits that nothing more should be read for now. */
  get isFull(): boolean {
    return this.#waiting.length >= MAX_WAITING_FRAMES || this.#waitingBytes > this.#maxWaitingBytes;
  }

  /** @param bytes the size of the frame, while it waits */
  push(frame: MaybeFrame | Promise<MaybeFrame>, bytes: number): void {
    if (frame instanceof Promise) this.#wait(frame, bytes);
    else if (frame === undefined) return;
    else if (this.#waiting.length === 0 || isHeartbeat(frame)) this.#sink(frame);
    else this.#add({ isReady: true, frame, bytes });
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #wait(promise: Promise<MaybeFrame>, bytes: number): void {
    const entry: Waiting = { isReady: false, frame: undefined, bytes };
    this.#add(entry);
    void promise.then((frame) => {
      entry.isReady = true;
      entry.frame = frame;
      if (this.#waiting[0] === entry) this.#release();
    });
  }

  #add(entry: Waiting): void {
    this.#waiting.push(entry);
    this.#waitingBytes += entry.bytes;
  }

  #release(): void {
    try {
      for (let head = this.#waiting[0]; head?.isReady === true; head = this.#waiting[0]) {
        this.#waiting.shift();
        this.#waitingBytes -= head.bytes;
        if (head.frame !== undefined) this.#sink(head.frame);
      }
    } catch (error) {
      if (!this.#isClosed) this.#onError?.(error as Error);
    }
  }
}

function isHeartbeat(frame: Frame): boolean {
  return frame.type === FrameType.Ping || frame.type === FrameType.Pong;
}
