import type { Socket } from 'node:net';

/**
 * The wire of the yardstick: `u32 payload bytes | u32 call | u8 kind | payload`. No handshake, limits, errors or
 * flow control: whatever a transport with those reaches, it cannot be faster than this by much.
 */

export const JSON_PAYLOAD = 0;
export const RAW_PAYLOAD = 1;

const HEADER_BYTES = 9;
/** Written early so that the other process works on the first frames while the rest is still being made. */
const FLUSH_FRAMES = 16;
const FLUSH_BYTES = 16 * 1024;
/** Larger payloads go to the socket as they are instead of being copied into the batch. */
const COPY_BYTES = 8 * 1024;
const BATCH_BYTES = 64 * 1024;

/** Gathers the frames of one turn of the loop into few writes. */
export class FrameWriter {
  readonly #socket: Socket;
  #batch = Buffer.allocUnsafeSlow(BATCH_BYTES);
  #used = 0;
  #frames = 0;
  #isScheduled = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  write(call: number, payload: unknown): void {
    if (payload instanceof Uint8Array) {
      this.#writeRaw(call, payload);
    } else {
      this.#writeJson(call, JSON.stringify(payload));
    }
    this.#frames += 1;
    if (this.#frames >= FLUSH_FRAMES || this.#used >= FLUSH_BYTES) {
      this.#flush();
    } else if (!this.#isScheduled) {
      this.#isScheduled = true;
      process.nextTick(this.#endOfTurn);
    }
  }

  readonly #endOfTurn = (): void => {
    this.#isScheduled = false;
    this.#flush();
  };

  #writeJson(call: number, text: string): void {
    this.#reserve(HEADER_BYTES + text.length * 3);
    const bytes = this.#batch.write(text, this.#used + HEADER_BYTES);
    this.#header(call, JSON_PAYLOAD, bytes);
    this.#used += bytes;
  }

  #writeRaw(call: number, payload: Uint8Array): void {
    this.#reserve(HEADER_BYTES + COPY_BYTES);
    this.#header(call, RAW_PAYLOAD, payload.byteLength);
    if (payload.byteLength <= COPY_BYTES) {
      this.#batch.set(payload, this.#used);
      this.#used += payload.byteLength;
      return;
    }
    this.#socket.cork();
    this.#flush();
    this.#socket.write(payload);
    this.#socket.uncork();
  }

  #header(call: number, kind: number, bytes: number): void {
    this.#batch.writeUInt32BE(bytes, this.#used);
    this.#batch.writeUInt32BE(call, this.#used + 4);
    this.#batch[this.#used + 8] = kind;
    this.#used += HEADER_BYTES;
  }

  #reserve(bytes: number): void {
    if (this.#used + bytes > this.#batch.length) {
      this.#flush();
      this.#batch = Buffer.allocUnsafeSlow(Math.max(BATCH_BYTES, bytes));
    }
  }

  /** The written part belongs to the socket until it is sent; the rest of the batch is filled on. */
  #flush(): void {
    if (this.#used === 0) {
      return;
    }
    this.#socket.write(this.#batch.subarray(0, this.#used));
    this.#batch = this.#batch.subarray(this.#used);
    this.#used = 0;
    this.#frames = 0;
  }
}

export type FrameHandler = (call: number, payload: unknown) => void;

/** Reads frames in place; only a frame that is split over two reads is put together in a buffer of its own. */
export class FrameReader {
  readonly #onFrame: FrameHandler;
  #split: Buffer | undefined;
  #splitUsed = 0;

  constructor(onFrame: FrameHandler) {
    this.#onFrame = onFrame;
  }

  read(chunk: Buffer): void {
    let offset = this.#split ? this.#continueSplit(chunk, this.#split) : 0;
    while (offset + HEADER_BYTES <= chunk.length) {
      const end = offset + frameBytes(chunk, offset);
      if (end > chunk.length) {
        break;
      }
      this.#deliver(chunk, offset, end);
      offset = end;
    }
    if (offset < chunk.length) {
      this.#beginSplit(chunk, offset);
    }
  }

  /** Without a whole header the size of the frame is unknown: first only the header is put together. */
  #beginSplit(chunk: Buffer, offset: number): void {
    const isHeaderWhole = offset + HEADER_BYTES <= chunk.length;
    this.#split = Buffer.allocUnsafeSlow(isHeaderWhole ? frameBytes(chunk, offset) : HEADER_BYTES);
    this.#splitUsed = chunk.copy(this.#split, 0, offset);
  }

  /** Adds to the split frame and returns where the chunk goes on behind it. */
  #continueSplit(chunk: Buffer, split: Buffer): number {
    let frame = split;
    let offset = this.#fill(frame, chunk, 0);
    if (this.#splitUsed === HEADER_BYTES) {
      frame = Buffer.allocUnsafeSlow(frameBytes(split, 0));
      split.copy(frame);
      offset = this.#fill(frame, chunk, offset);
    }
    const isWhole = this.#splitUsed === frame.length && this.#splitUsed >= HEADER_BYTES;
    this.#split = isWhole ? undefined : frame;
    if (isWhole) {
      this.#deliver(frame, 0, frame.length);
    }
    return offset;
  }

  #fill(frame: Buffer, chunk: Buffer, offset: number): number {
    const copied = chunk.copy(frame, this.#splitUsed, offset);
    this.#splitUsed += copied;
    return offset + copied;
  }

  #deliver(buffer: Buffer, start: number, end: number): void {
    const call = buffer.readUInt32BE(start + 4);
    const payloadStart = start + HEADER_BYTES;
    const isJson = buffer[start + 8] === JSON_PAYLOAD;
    this.#onFrame(
      call,
      isJson
        ? JSON.parse(buffer.toString('utf8', payloadStart, end))
        : buffer.subarray(payloadStart, end),
    );
  }
}

function frameBytes(buffer: Buffer, offset: number): number {
  return HEADER_BYTES + buffer.readUInt32BE(offset);
}
