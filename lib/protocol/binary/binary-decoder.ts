import { Buffer } from 'node:buffer';
import { SocketPoolError } from '../../errors/socket-pool-error.js';
import { ChunkList } from '../chunk-list.js';
import type { CodecOptions, FrameDecoder, FrameSink } from '../dialect.js';
import { tooLarge } from '../faults.js';
import { FrameReader } from './frame-reader.js';
import { bodyLimitOf, HEADER_BYTES, MAX_CONTROL_BYTES, readU32 } from './header.js';
import { checkPreface, PREFACE_BYTES } from './preface.js';
import { RawFrame } from './raw-frame.js';

/** The budget of one call: enough for a full read of the kernel, little enough for other connections to get their turn. */
const TURN_FRAMES = 1024;
const TURN_BYTES = 1024 * 1024;

const NOTHING = Buffer.alloc(0);

/**
 * Bytes to frames. Frames that lie whole in a chunk are read where they lie; only one that is split
 * over chunks is gathered first. What is read at a time is a unit: the preface, then frame after frame.
 */
export class BinaryDecoder implements FrameDecoder {
  readonly #maxMessageBytes: number;
  readonly #raw: RawFrame;
  readonly #reader: FrameReader;
  /** The beginning of a unit whose end has not arrived. */
  readonly #gathered = new ChunkList();
  /** How long that unit is, or its header as long as that is not whole. */
  #gatheredUnitBytes = 0;
  /** What has not been read of the last chunk. */
  #chunk: Buffer = NOTHING;
  #offset = 0;
  #isPrefaced = false;
  #isClosed = false;

  constructor(options: CodecOptions, sink: FrameSink) {
    this.#maxMessageBytes = options.limits.maxMessageBytes;
    this.#raw = new RawFrame(options.limits);
    this.#reader = new FrameReader(options, sink);
  }

  get bufferedBytes(): number {
    return this.#gathered.length;
  }

  read(chunk: Buffer): boolean {
    if (this.#isClosed) return true;
    if (this.#offset < this.#chunk.length)
      throw new SocketPoolError('INTERNAL_ERROR', 'a chunk came before the last one was read');
    this.#chunk = chunk;
    this.#offset = 0;
    return this.resume();
  }

  resume(): boolean {
    if (this.#isClosed) return true;
    if (this.#reader.isFull) return false;
    try {
      if (this.#gathered.length > 0) this.#completeGathered();
      const isDone = this.#readChunk();
      if (isDone) this.#chunk = NOTHING;
      return isDone;
    } catch (error) {
      this.close();
      throw error;
    } finally {
      this.#raw.release();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#chunk = NOTHING;
    this.#offset = 0;
    this.#gathered.clear();
    this.#reader.close();
  }

  /** Reads units where they lie. */
  #readChunk(): boolean {
    const lastOffset = this.#offset + TURN_BYTES;
    for (let frames = 0; this.#offset < this.#chunk.length; frames++) {
      if (frames >= TURN_FRAMES || this.#offset >= lastOffset || this.#reader.isFull) return false;
      const chunk = this.#chunk;
      const start = this.#offset;
      const end = start + this.#unitBytes(chunk, start);
      if (end > chunk.length) {
        this.#offset = chunk.length;
        this.#gatheredUnitBytes = end - start;
        this.#gathered.append(chunk, start, chunk.length);
        return true;
      }
      // Before the frame is handed on, because its receiver may close this decoder.
      this.#offset = end;
      this.#takeUnit(chunk, start, end);
    }
    return !this.#reader.isFull;
  }

  /** Gives a split unit what it lacks, first of its header, then of the rest, and reads it once it is whole. */
  #completeGathered(): void {
    for (;;) {
      const taken = Math.min(
        this.#gatheredUnitBytes - this.#gathered.length,
        this.#chunk.length - this.#offset,
      );
      this.#gathered.append(this.#chunk, this.#offset, this.#offset + taken);
      this.#offset += taken;
      if (this.#gathered.length < this.#gatheredUnitBytes) return;
      const unit = this.#gathered.take();
      const bytes = this.#unitBytes(unit, 0);
      if (bytes === unit.length) return this.#takeUnit(unit, 0, bytes);
      this.#gatheredUnitBytes = bytes;
      this.#gathered.append(unit, 0, unit.length);
    }
  }

  /** The length of the unit that begins at `at`, or of its header as long as that is not whole. */
  #unitBytes(bytes: Buffer, at: number): number {
    if (!this.#isPrefaced) {
      checkPreface(bytes, at);
      return PREFACE_BYTES;
    }
    if (bytes.length - at < HEADER_BYTES) return HEADER_BYTES;
    const length = readU32(bytes, at);
    if (length > this.#maxMessageBytes || length > MAX_CONTROL_BYTES)
      this.#checkLength(bytes[at + 4]!, length);
    return HEADER_BYTES + length;
  }

  #checkLength(type: number, length: number): void {
    const limit = bodyLimitOf(type, this.#maxMessageBytes);
    if (length > limit) throw tooLarge(`frame of type ${type}`, length, limit);
  }

  #takeUnit(bytes: Buffer, start: number, end: number): void {
    if (this.#isPrefaced) {
      this.#raw.pointAt(bytes, start, end);
      this.#reader.take(this.#raw);
    } else {
      this.#isPrefaced = true;
    }
  }
}
