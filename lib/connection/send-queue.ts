import type { Clock, Timer } from '../common/clock.js';
import type { Link } from '../link/link.js';
import type { FrameEncoder } from '../protocol/dialect.js';
import type { Frame } from '../protocol/frame.js';
import { WriteBuffer } from '../protocol/write-buffer.js';

/**
 * Frames of one turn of the loop leave in one write. A long turn is flushed early all the same: the
 * other process then already works on the first part, which doubles the rate of a busy connection.
 */
const EARLY_FLUSH_FRAMES = 32;
const EARLY_FLUSH_BYTES = 16 * 1024;

/** While the kernel has this much to send, more is gathered here instead of being queued piece by piece. */
const HOLD_BYTES = 64 * 1024;

/** The sending side of a connection: encodes frames in order and batches their bytes into few writes. */
export class SendQueue {
  readonly #link: Link;
  readonly #encoder: FrameEncoder;
  readonly #clock: Clock;
  readonly #onFlushed: () => void;
  readonly #buffer = new WriteBuffer();
  #scratch: WriteBuffer | undefined;
  #frames = 0;
  #flushTimer: Timer | undefined;
  #isClosed = false;
  readonly #flushAtEndOfTurn = (): void => {
    this.#flushTimer = undefined;
    this.flush();
  };

  /** @param onFlushed everything sent so far is with the link */
  constructor(link: Link, encoder: FrameEncoder, clock: Clock, onFlushed: () => void) {
    this.#link = link;
    this.#encoder = encoder;
    this.#clock = clock;
    this.#onFlushed = onFlushed;
  }

  /** Bytes that are not with the link yet. */
  get heldBytes(): number {
    return this.#buffer.length;
  }

  /** Bytes that the kernel has not taken yet. */
  get pendingBytes(): number {
    return this.#buffer.length + this.#link.pendingBytes;
  }

  /**
   * @returns the bytes that count against the stream's credit
   * @throws SocketPoolError when the frame cannot be encoded; nothing is sent then
   */
  send(frame: Frame): number {
    if (this.#isClosed) return 0;
    const creditBytes = this.#encoder.encode(frame, this.#buffer);
    this.#added();
    return creditBytes;
  }

  /** @throws SocketPoolError when the frame cannot be encoded */
  encode(frame: Frame): Uint8Array {
    const scratch = (this.#scratch ??= new WriteBuffer());
    this.#encoder.encode(frame, scratch);
    const bytes = Buffer.concat(scratch.chunks());
    scratch.clear(true);
    return bytes;
  }

  /** Sends bytes that were encoded before. */
  sendEncoded(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    this.#buffer.appendChunk(bytes);
    this.#added();
  }

  /** Hands all that waits to the link, unless the link has enough to do. */
  flush(): void {
    if (this.#link.pendingBytes <= HOLD_BYTES) this.flushAll();
  }

  /** Hands all that waits to the link, however much that has to do already. */
  flushAll(): void {
    // A link that is closed would take the bytes and lose them, and they would count as written.
    if (this.#isClosed || this.#buffer.length === 0 || this.#link.isClosed) return;
    if (this.#buffer.isSingle) this.#link.write(this.#buffer.single());
    else this.#link.writeAll(this.#buffer.chunks());
    this.#buffer.clear(this.#link.pendingBytes === 0);
    this.#frames = 0;
    this.#onFlushed();
  }

  /** Drops what waits, and whatever is sent from here on. */
  close(): void {
    this.#isClosed = true;
    this.#flushTimer?.cancel();
    this.#flushTimer = undefined;
    this.#buffer.clear(false);
  }

  #added(): void {
    this.#frames++;
    if (this.#frames >= EARLY_FLUSH_FRAMES || this.#buffer.length >= EARLY_FLUSH_BYTES)
      this.flush();
    else this.#flushTimer ??= this.#clock.afterTurn(this.#flushAtEndOfTurn);
  }
}
