import { Buffer } from 'node:buffer';
import type { Link, LinkHandler } from '../../lib/link/link.js';
import { MemoryWire } from './memory-wire.js';

export interface MemoryLinkNames {
  readonly remote: string;
  readonly local: string;
  readonly peerName?: string;
}

function resetError(syscall: string): Error {
  return Object.assign(new Error(`${syscall} ECONNRESET`), { code: 'ECONNRESET', syscall });
}

/** One end of a {@link MemoryLinkPair}; behaves as a socket's link does, without sockets. */
export class MemoryLink implements Link {
  readonly remote: string;
  readonly local: string;
  readonly peerName: string | undefined;
  bytesRead = 0;
  bytesWritten = 0;
  isPaused = false;
  /** How often it was called, for tests that count system calls. */
  writeCalls = 0;
  readonly #out: MemoryWire;
  readonly #in: MemoryWire;
  readonly #onWork: () => void;
  #handler: LinkHandler | undefined;
  #events: ((handler: LinkHandler) => void)[] = [];
  #awaitsDrain = false;
  #isEnded = false;
  #isClosed = false;

  constructor(names: MemoryLinkNames, out: MemoryWire, incoming: MemoryWire, onWork: () => void) {
    this.remote = names.remote;
    this.local = names.local;
    this.peerName = names.peerName;
    this.#out = out;
    this.#in = incoming;
    this.#onWork = onWork;
    out.writer = { onTaken: () => this.#onTaken(), onRefused: () => this.#onRefused() };
    const isReading = (): boolean => this.#isReading;
    incoming.reader = {
      get isReading() {
        return isReading();
      },
      onBytes: (chunk) => this.#onBytes(chunk),
      onFin: () => this.#onFin(),
      onReset: () => this.#close(resetError('read')),
    };
  }

  get remoteHost(): string {
    return this.remote.startsWith('/') ? '' : this.remote.slice(0, this.remote.lastIndexOf(':'));
  }

  get pendingBytes(): number {
    return this.#isClosed ? 0 : this.#out.pendingBytes;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get isStarted(): boolean {
    return this.#handler !== undefined;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  start(handler: LinkHandler): void {
    if (this.#handler !== undefined) throw new Error('a link is started once');
    this.#handler = handler;
    this.#onWork();
  }

  write(bytes: Uint8Array): void {
    this.writeAll([bytes]);
  }

  writeAll(chunks: readonly Uint8Array[]): void {
    if (this.#isEnded) return;
    this.writeCalls++;
    for (const chunk of chunks) this.bytesWritten += chunk.length;
    this.#out.write(chunks);
    if (this.pendingBytes > 0) this.#awaitsDrain = true;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.#onWork();
  }

  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#out.fin();
    this.#closeIfFinished();
  }

  destroy(error?: Error): void {
    if (this.#isClosed) return;
    // A kernel answers with a reset when a socket is closed before all that came was read.
    if (this.#in.underWayBytes > 0) this.#out.reset();
    else this.#out.closeWriter();
    this.#close(error);
  }

  /** Closes this end at once; the peer sees a reset instead of an end. */
  reset(): void {
    if (this.#isClosed) return;
    this.#out.reset();
    this.#close(undefined);
  }

  /** @internal */
  get hasEvents(): boolean {
    return this.#events.length > 0 && this.#handler !== undefined;
  }

  /** @internal */
  runEvents(): void {
    const handler = this.#handler;
    if (handler === undefined) return;
    const events = this.#events;
    this.#events = [];
    for (const event of events) event(handler);
  }

  get #isReading(): boolean {
    return this.#handler !== undefined && !this.isPaused && !this.#isClosed;
  }

  #onBytes(chunk: Buffer): void {
    this.bytesRead += chunk.length;
    this.#handler?.onData(chunk);
  }

  #onFin(): void {
    this.#handler?.onEnd();
    this.#closeIfFinished();
  }

  #onTaken(): void {
    if (this.#awaitsDrain) this.#emit((handler) => this.#isClosed || handler.onDrain());
    this.#awaitsDrain = false;
    this.#closeIfFinished();
  }

  /** Even a paused link learns by writing that its peer is gone. */
  #onRefused(): void {
    this.#emit(() => this.#close(resetError('write')));
  }

  #closeIfFinished(): void {
    if (this.#out.isFinSent && this.#in.isFinDelivered) this.#close(undefined);
  }

  #close(error: Error | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = this.#isEnded = true;
    this.#in.closeReader();
    this.#emit((handler) => handler.onClose(error));
  }

  #emit(event: (handler: LinkHandler) => void): void {
    this.#events.push(event);
    this.#onWork();
  }
}
