import { Buffer } from 'node:buffer';

const INITIAL_BYTES = 16 * 1024;

/** Bytes payloads from this size on are not copied into the buffer, but handed to the link beside it. */
export const COPY_LIMIT_BYTES = 4 * 1024;

/**
 * The bytes that one connection writes in one turn of the loop: one growing buffer, filled by all
 * frames of that turn and written at once. Large byte payloads are not copied: they stand between
 * stretches of the buffer.
 *
 * `bytes` and `offset` are open, because an encoder writes with them in its innermost loops; it calls
 * `reserve` first.
 */
export class WriteBuffer {
  bytes: Buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  /** Where the next byte goes. */
  offset = 0;
  #chunks: Uint8Array[] = [];
  #chunkBytes = 0;
  /** Where the stretch begins that follows the last chunk. */
  #start = 0;

  /** All bytes that wait to be taken. */
  get length(): number {
    return this.#chunkBytes + this.offset - this.#start;
  }

  /** Makes room for `bytes` more at `offset`; `this.bytes` may be another buffer afterwards. */
  reserve(bytes: number): void {
    if (this.offset + bytes > this.bytes.length) this.#grow(bytes);
  }

  /** Appends bytes without copying them; they must not change until they are written. */
  appendChunk(chunk: Uint8Array): void {
    this.#closeStretch();
    this.#chunks.push(chunk);
    this.#chunkBytes += chunk.length;
  }

  /** The bytes as one piece, when no chunk stands between. */
  get isSingle(): boolean {
    return this.#chunks.length === 0;
  }

  single(): Uint8Array {
    return this.bytes.subarray(this.#start, this.offset);
  }

  chunks(): readonly Uint8Array[] {
    this.#closeStretch();
    return this.#chunks;
  }

  /**
   * After the bytes were handed to a link.
   *
   * @param isTaken the kernel has them all, so the memory can be used again
   */
  clear(isTaken: boolean): void {
    if (!isTaken) this.bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
    else if (this.bytes.length > 16 * INITIAL_BYTES)
      this.bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
    this.offset = this.#start = 0;
    this.#chunkBytes = 0;
    if (this.#chunks.length > 0) this.#chunks = [];
  }

  /** A place to return to with `rewind`, when a frame turns out not to be encodable. */
  mark(): number {
    return this.offset;
  }

  /** Takes back what was written since `mark()`; chunks cannot be taken back, so they come last in a frame. */
  rewind(mark: number): void {
    this.offset = mark;
  }

  #closeStretch(): void {
    if (this.offset === this.#start) return;
    const stretch = this.bytes.subarray(this.#start, this.offset);
    this.#chunks.push(stretch);
    this.#chunkBytes += stretch.length;
    this.#start = this.offset;
  }

  #grow(bytes: number): void {
    let capacity = this.bytes.length;
    while (capacity < this.offset + bytes) capacity *= 2;
    const grown = Buffer.allocUnsafeSlow(capacity);
    // Offsets stay as they are, so that an encoder may hold one across a `reserve`. Closed stretches
    // keep pointing into the old buffer.
    this.bytes.copy(grown, this.#start, this.#start, this.offset);
    this.bytes = grown;
  }
}
