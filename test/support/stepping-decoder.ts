import { Buffer } from 'node:buffer';
import type { FrameDecoder, FrameSink } from '../../lib/protocol/dialect.js';
import { FrameType } from '../../lib/protocol/frame.js';

/**
 * A decoder in which each byte is a frame: a ping with the byte as its nonce. 0 is the beginning of a message
 * that the next byte completes, 255 is an error. It decodes so many frames a turn, and goes on handing
 * over after it is closed, as no decoder should.
 */
export class SteppingDecoder implements FrameDecoder {
  bufferedBytes = 0;
  /** Everything waits for a deserializer. */
  isStuck = false;
  resumes = 0;
  readonly #sink: FrameSink;
  readonly #budget: number;
  #chunk: Buffer = Buffer.alloc(0);
  #isReading = false;

  constructor(sink: FrameSink, budget = 3) {
    this.#sink = sink;
    this.#budget = budget;
  }

  read(chunk: Buffer): boolean {
    if (this.#isReading) throw new Error('read within a read: the order is lost');
    if (this.#chunk.length > 0) throw new Error('a chunk came before the last one was read');
    this.#chunk = chunk;
    return this.resume();
  }

  resume(): boolean {
    this.resumes++;
    if (this.isStuck) return false;
    this.#isReading = true;
    try {
      for (let count = 0; this.#chunk.length > 0; count++) {
        if (count === this.#budget) return false;
        const byte = this.#chunk[0]!;
        this.#chunk = this.#chunk.subarray(1);
        this.#step(byte);
      }
      return true;
    } finally {
      this.#isReading = false;
    }
  }

  close(): void {
    this.bufferedBytes = 0;
  }

  #step(byte: number): void {
    if (byte === 255) throw new Error('not readable');
    this.bufferedBytes = byte === 0 ? 1 : 0;
    if (byte > 0) this.#sink({ type: FrameType.Ping, nonce: byte });
  }
}
