import { Buffer } from 'node:buffer';
import type { Link, LinkHandler } from '../link/link.js';
import type { Sniffed } from '../protocol/sniff.js';
import { sniff } from '../protocol/sniff.js';

/** Whoever waits for the first bytes of a link. */
export interface ArrivalHandler {
  /** What the peer speaks is known. The link is now started again with a handler of its own, or destroyed. */
  onDialect(dialect: Exclude<Sniffed, 'incomplete'>, firstBytes: Buffer): void;
  /** The link closed before. */
  onGone(error: Error | undefined): void;
}

/**
 * A link that is accepted before it is known what the peer speaks. It reads the first bytes, and from
 * then on is the link itself.
 */
export class ArrivingLink implements Link, LinkHandler {
  readonly remote: string;
  readonly local: string;
  readonly remoteHost: string;
  readonly peerName: string | undefined;
  readonly #link: Link;
  readonly #arrival: ArrivalHandler;
  #handler: LinkHandler | undefined;
  #firstBytes: Buffer | undefined;
  #isKnown = false;

  constructor(link: Link, arrival: ArrivalHandler) {
    this.#link = link;
    this.#arrival = arrival;
    this.remote = link.remote;
    this.local = link.local;
    this.remoteHost = link.remoteHost;
    this.peerName = link.peerName;
  }

  get pendingBytes(): number {
    return this.#link.pendingBytes;
  }

  get bytesRead(): number {
    return this.#link.bytesRead;
  }

  get bytesWritten(): number {
    return this.#link.bytesWritten;
  }

  get isClosed(): boolean {
    return this.#link.isClosed;
  }

  /** Begins to read the first bytes. */
  arrive(): void {
    this.#link.start(this);
  }

  start(handler: LinkHandler): void {
    this.#handler = handler;
  }

  write(bytes: Uint8Array): void {
    this.#link.write(bytes);
  }

  writeAll(chunks: readonly Uint8Array[]): void {
    this.#link.writeAll(chunks);
  }

  pause(): void {
    this.#link.pause();
  }

  resume(): void {
    this.#link.resume();
  }

  end(): void {
    this.#link.end();
  }

  destroy(error?: Error): void {
    this.#link.destroy(error);
  }

  onData(chunk: Buffer): void {
    if (this.#handler !== undefined) this.#handler.onData(chunk);
    else if (!this.#isKnown) this.#sniff(chunk);
  }

  onDrain(): void {
    this.#handler?.onDrain();
  }

  onEnd(): void {
    if (this.#handler === undefined) this.#link.destroy();
    else this.#handler.onEnd();
  }

  onClose(error: Error | undefined): void {
    if (this.#handler === undefined) this.#arrival.onGone(error);
    else this.#handler.onClose(error);
  }

  #sniff(chunk: Buffer): void {
    const bytes = this.#firstBytes === undefined ? chunk : Buffer.concat([this.#firstBytes, chunk]);
    const dialect = sniff(bytes);
    if (dialect === 'incomplete') {
      this.#firstBytes = bytes;
      return;
    }
    this.#firstBytes = undefined;
    this.#isKnown = true;
    this.#arrival.onDialect(dialect, bytes);
  }
}
