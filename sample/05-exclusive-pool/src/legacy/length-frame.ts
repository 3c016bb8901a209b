/** `length:` and thirteen digits, then as many bytes of JSON. */
const HEADER = /^length:(\d{13})$/;
const HEADER_BYTES = 20;
const MAX_BODY_BYTES = 1024 * 1024;

export function encodeFrame(value: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(value));
  return Buffer.concat([Buffer.from(`length:${String(body.length).padStart(13, '0')}`), body]);
}

/** Puts frames together from the pieces in which they arrive. */
export class FrameReader {
  private chunks: Buffer[] = [];
  private bytes = 0;
  /** Of the frame that has begun; `undefined` before its header is complete. */
  private bodyBytes: number | undefined;

  /**
   * @returns the values that are complete with this piece
   * @throws Error for what is no frame, or too large a one
   */
  read(chunk: Buffer): unknown[] {
    this.chunks.push(chunk);
    this.bytes += chunk.length;
    const values: unknown[] = [];
    for (;;) {
      this.bodyBytes ??= this.readHeader();
      if (this.bodyBytes === undefined || this.bytes < this.bodyBytes) return values;
      values.push(JSON.parse(this.take(this.bodyBytes).toString()));
      this.bodyBytes = undefined;
    }
  }

  private readHeader(): number | undefined {
    if (this.bytes < HEADER_BYTES) return undefined;
    const header = this.take(HEADER_BYTES).toString('latin1');
    const length = Number(HEADER.exec(header)?.[1]);
    if (Number.isNaN(length)) throw new Error(`no header: ${JSON.stringify(header)}`);
    if (length > MAX_BODY_BYTES) throw new Error(`${length} bytes are too many`);
    return length;
  }

  private take(bytes: number): Buffer {
    const all = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks);
    this.chunks = [all.subarray(bytes)];
    this.bytes -= bytes;
    return all.subarray(0, bytes);
  }
}
