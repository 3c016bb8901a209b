import type { Buffer } from 'node:buffer';
import { Duplex } from 'node:stream';
import type { Link } from './link.js';

/** Told what becomes of the link below a stream, before whoever uses the stream is. None may throw. */
export interface LinkWatcher {
  /** Bytes arrived, `bytes` of them. */
  onData(bytes: number): void;
  /** The peer will send nothing more (FIN). */
  onEnd(): void;
  /** The link is closed, exactly once. `error` is why, if it was not wanted. */
  onClose(error: Error | undefined): void;
}

const USER_EVENTS = [
  ...['data', 'readable', 'end', 'error', 'close'],
  ...['drain', 'finish', 'pause', 'resume', 'pipe', 'unpipe'],
];

type WriteCallback = (error?: Error | null) => void;

/**
 * A link as a stream of Node, for client objects and parsers that take a socket. It belongs to two
 * parties: one reads and writes, the other watches the link, also while nobody reads.
 *
 * An error that nobody listens for is no reason to end the process: whoever watches is told of it.
 */
export class LinkStream extends Duplex {
  /** For people: `10.0.0.7:4000`, `/run/x.sock`. */
  readonly remote: string;
  readonly local: string;
  /** TLS with a verified peer: the certificate's subject common name. */
  readonly peerName: string | undefined;
  readonly #link: Link;
  #waiting: WriteCallback | undefined;

  constructor(link: Link, watcher: LinkWatcher) {
    // As sockets of Node do by themselves: who listens for `close` alone hears of a peer that hung up.
    super({ allowHalfOpen: false });
    this.#link = link;
    this.remote = link.remote;
    this.local = link.local;
    this.peerName = link.peerName;
    this.on('error', () => undefined);
    link.start({
      onData: (chunk) => {
        watcher.onData(chunk.length);
        if (!this.push(chunk)) link.pause();
      },
      onDrain: () => this.#proceed(),
      onEnd: () => {
        watcher.onEnd();
        this.push(null);
      },
      onClose: (error) => {
        watcher.onClose(error);
        this.#waiting = undefined;
        this.destroy(error);
      },
    });
  }

  get bytesRead(): number {
    return this.#link.bytesRead;
  }

  get bytesWritten(): number {
    return this.#link.bytesWritten;
  }

  /** Written, but not yet taken by the kernel. */
  get pendingBytes(): number {
    return this.#link.pendingBytes;
  }

  /** Another one uses it from now on: the listeners of the last one are taken away. */
  handBack(): void {
    for (const name of USER_EVENTS) this.removeAllListeners(name);
    this.on('error', () => undefined);
    // A stream that was paused would stay so for the next one's `data` listener.
    if (this.isPaused()) this.resume();
  }

  override _read(): void {
    this.#link.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: WriteCallback): void {
    this.#link.write(chunk);
    this.#written(callback);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], callback: WriteCallback): void {
    this.#link.writeAll(chunks.map(({ chunk }) => chunk));
    this.#written(callback);
  }

  override _final(callback: WriteCallback): void {
    this.#link.end();
    callback();
  }

  override _destroy(error: Error | null, callback: WriteCallback): void {
    this.#link.destroy();
    callback(error);
  }

  #written(callback: WriteCallback): void {
    if (this.#link.pendingBytes === 0) callback();
    else this.#waiting = callback;
  }

  #proceed(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }
}
