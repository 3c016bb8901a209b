import { Buffer } from 'node:buffer';
import type { Link, LinkHandler } from '../../lib/link/link.js';

/** A handler that writes down what a link reports. */
export class LinkRecorder implements LinkHandler {
  readonly chunks: Buffer[] = [];
  readonly closes: (Error | undefined)[] = [];
  drains = 0;
  ends = 0;

  /** Starts `link` and records it. */
  static of(link: Link): LinkRecorder {
    const recorder = new LinkRecorder();
    link.start(recorder);
    return recorder;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  get text(): string {
    return this.bytes.toString('latin1');
  }

  get length(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  get isClosed(): boolean {
    return this.closes.length > 0;
  }

  onData(chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  onDrain(): void {
    this.drains++;
  }

  onEnd(): void {
    this.ends++;
  }

  onClose(error: Error | undefined): void {
    this.closes.push(error);
  }
}
