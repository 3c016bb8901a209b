import type { IncomingStream, IncomingStreamOwner } from '../acceptor/acceptor-handler.js';
import { failFiltered } from './handler-failure.js';
import { turnBudget } from './turn-budget.js';

/** What a handler may return to be read at the pace of its caller. A `Readable` is one. */
export interface IterableSource extends AsyncIterable<unknown> {
  /** Of a `Readable`: lets go of what it holds. */
  destroy?(): unknown;
}

export function isIterableSource(value: object): value is IterableSource {
  return Symbol.asyncIterator in value;
}

/**
 * Answers a request with the values of an AsyncIterable or a Readable, at the pace of whoever reads them:
 * the source is asked for the next value only when the last one has left and the turn has room for it. When
 * nobody waits any more, a Readable is destroyed and a generator is ended at its next `yield`; one that
 * waits for something else meanwhile listens to the `signal` of its context.
 */
export class IterableReply implements IncomingStreamOwner {
  private iterator: AsyncIterator<unknown> | undefined = undefined;
  private resume: (() => void) | undefined = undefined;

  /** @param onEnd called once, when the source has ended or was left */
  constructor(
    private readonly stream: IncomingStream,
    private readonly source: IterableSource,
    private readonly onEnd?: () => void,
  ) {}

  start(): void {
    void this.pump();
  }

  onWritable(): void {
    this.resume?.();
  }

  onStop(): void {
    void this.leave();
    this.resume?.();
  }

  private async pump(): Promise<void> {
    try {
      await this.sendAll();
    } catch (error) {
      // What a source says after it was told to end is of no interest.
      if (this.stream.isOpen) failFiltered(this.stream, error);
    } finally {
      this.onEnd?.();
    }
  }

  private async sendAll(): Promise<void> {
    const { stream } = this;
    const iterator = this.source[Symbol.asyncIterator]();
    this.iterator = iterator;
    while (stream.isOpen) {
      const result = await iterator.next();
      if (result.done === true) {
        stream.respond(undefined);
        return;
      }
      stream.next(result.value);
      if (!stream.canSend && stream.isOpen) await this.room();
      const nextTurn = turnBudget.spend();
      if (nextTurn !== undefined) await nextTurn;
    }
  }

  private room(): Promise<void> {
    return new Promise((resolve) => {
      this.resume = () => {
        this.resume = undefined;
        resolve();
      };
    });
  }

  /** `return()` waits its turn behind a `next()` that is still running; nobody is interested in how it ends. */
  private async leave(): Promise<void> {
    try {
      this.source.destroy?.();
      await this.iterator?.return?.();
    } catch {
      // The source had its chance.
    }
  }
}
