import { Buffer } from 'node:buffer';

/** Pieces from this size on are kept as they came; smaller ones are copied together. */
const KEEP_LIMIT_BYTES = 4 * 1024;
const BLOCK_BYTES = 16 * 1024;

const NOTHING = Buffer.alloc(0);

/**
 * The received part of a message that came in pieces. It takes memory for what was received, never
 * for what was announced; adding is O(1) per byte however small the pieces are, and a peer that sends
 * single bytes costs no object for each.
 */
export class ChunkList {
  #chunks: Buffer[] = [];
  #length = 0;
  #block = NOTHING;
  /** The bytes `[blockStart, blockEnd)` of the block are not in `chunks` yet. */
  #blockStart = 0;
  #blockEnd = 0;

  get length(): number {
    return this.#length;
  }

  /** Adds the bytes `[start, end)` of a chunk, which is only kept when they are a large part of it. */
  append(chunk: Buffer, start: number, end: number): void {
    this.#length += end - start;
    const isWorthKeeping = end - start >= KEEP_LIMIT_BYTES && (end - start) * 2 >= chunk.length;
    if (!isWorthKeeping) return this.#copy(chunk, start, end);
    this.#closeBlock();
    this.#chunks.push(chunk.subarray(start, end));
  }

  /** All bytes as one piece; the list is empty afterwards. */
  take(): Buffer {
    this.#closeBlock();
    const chunks = this.#chunks;
    const whole = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, this.#length);
    this.clear();
    return whole;
  }

  clear(): void {
    this.#chunks = [];
    this.#length = 0;
    this.#block = NOTHING;
    this.#blockStart = this.#blockEnd = 0;
  }

  #copy(chunk: Buffer, start: number, end: number): void {
    for (let from = start; from < end;) {
      if (this.#blockEnd === this.#block.length) this.#openBlock(end - from);
      const copied = chunk.copy(this.#block, this.#blockEnd, from, end);
      this.#blockEnd += copied;
      from += copied;
    }
  }

  #openBlock(bytes: number): void {
    this.#closeBlock();
    // The first block of a short message is no larger than it needs to be.
    this.#block = Buffer.allocUnsafeSlow(
      this.#chunks.length === 0 ? Math.max(bytes, 256) : BLOCK_BYTES,
    );
    this.#blockStart = this.#blockEnd = 0;
  }

  #closeBlock(): void {
    if (this.#blockEnd === this.#blockStart) return;
    this.#chunks.push(this.#block.subarray(this.#blockStart, this.#blockEnd));
    this.#blockStart = this.#blockEnd;
  }
}
