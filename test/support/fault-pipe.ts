import type { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../lib/common/random.js';

/** What may go wrong on the way. All of it may be changed while connections are open. */
export interface Toxics {
  /** Each byte arrives this much later. */
  readonly latencyMs?: number;
  /** And up to this much more, by chance; nothing overtakes anything. */
  readonly jitterMs?: number;
  readonly bytesPerSecond?: number;
  /** Forwards in pieces of at most so many bytes, each in a turn of its own. */
  readonly sliceBytes?: number;
  /** Nothing is forwarded, neither bytes nor ends nor resets; what came is held until this is lifted. */
  readonly isBlackhole?: boolean;
  /** An end arrives this much later than the bytes before it. */
  readonly slowCloseMs?: number;
  /** Nothing is forwarded, and after this time the connection ends. */
  readonly timeoutMs?: number;
  /** After this time the connection is reset. */
  readonly resetAfterMs?: number;
}

/** Whether bytes are held instead of forwarded. */
export function holdsBytes({ isBlackhole, timeoutMs }: Toxics): boolean {
  return isBlackhole === true || timeoutMs !== undefined;
}

/** The most bytes held before the source is no longer read. */
const HOLD_BYTES = 4 * 1024 * 1024;

/** Who owns a {@link FaultPipe}. */
export interface PipeOwner {
  readonly toxics: Toxics;
  readonly random: Random;
  /** @returns how many of `bytes` may still pass before the connection is cut */
  allow(bytes: number): number;
  /** The allowance is used up. */
  cut(): void;
}

/** One direction of a proxied connection. */
export class FaultPipe {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #owner: PipeOwner;
  #held: { chunk: Buffer; dueAt: number }[] = [];
  #heldBytes = 0;
  #isEnded: boolean;
  #wake: () => void = () => undefined;

  constructor(from: Socket, to: Socket, owner: PipeOwner) {
    this.#from = from;
    this.#to = to;
    this.#owner = owner;
    // A peer that said nothing may have gone before there was anywhere to forward to.
    this.#isEnded = from.readableEnded;
    from.on('data', (chunk: Buffer) => this.#hold(chunk));
    from.on('end', () => {
      this.#isEnded = true;
      this.#wake();
    });
    from.on('close', () => this.#wake());
    void this.#run();
  }

  /** To be called when the toxics changed or a socket closed. */
  wake(): void {
    this.#wake();
  }

  #hold(chunk: Buffer): void {
    const { latencyMs = 0, jitterMs = 0 } = this.#owner.toxics;
    const delayMs = latencyMs + (jitterMs > 0 ? this.#owner.random() * jitterMs : 0);
    this.#held.push({ chunk, dueAt: performance.now() + delayMs });
    this.#heldBytes += chunk.length;
    if (this.#heldBytes > HOLD_BYTES) this.#from.pause();
    this.#wake();
  }

  async #run(): Promise<void> {
    while (!this.#to.destroyed) {
      const isHeld = holdsBytes(this.#owner.toxics);
      const next = isHeld ? undefined : this.#held.shift();
      if (next !== undefined) {
        await this.#forward(next.chunk, next.dueAt);
        this.#heldBytes -= next.chunk.length;
        this.#from.resume();
      } else if (this.#isEnded && this.#held.length === 0 && !isHeld) {
        await this.#end();
        return;
      } else {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    }
  }

  async #end(): Promise<void> {
    const { slowCloseMs } = this.#owner.toxics;
    if (slowCloseMs !== undefined) await sleep(slowCloseMs);
    this.#to.end();
  }

  async #forward(chunk: Buffer, dueAt: number): Promise<void> {
    const wait = dueAt - performance.now();
    if (wait > 0) await sleep(wait);
    const { sliceBytes = chunk.length, bytesPerSecond } = this.#owner.toxics;
    for (let offset = 0; offset < chunk.length; offset += sliceBytes) {
      const slice = chunk.subarray(offset, offset + sliceBytes);
      if (bytesPerSecond !== undefined) await sleep((slice.length * 1_000) / bytesPerSecond);
      else if (sliceBytes < chunk.length) await nextTurn();
      if (this.#to.destroyed || !(await this.#write(slice))) return;
    }
  }

  /** @returns whether the connection is still there */
  async #write(slice: Buffer): Promise<boolean> {
    const allowed = this.#owner.allow(slice.length);
    const part = slice.subarray(0, allowed);
    if (part.length > 0 && !this.#to.write(part) && !this.#to.destroyed) {
      await this.#drained();
    }
    if (allowed === slice.length) return true;
    this.#owner.cut();
    return false;
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#to.off('drain', done).off('close', done);
        resolve();
      };
      this.#to.on('drain', done).on('close', done);
    });
  }
}
