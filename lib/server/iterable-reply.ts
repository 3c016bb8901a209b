import { ExecutionContextHost } from '@nestjs/core/internal';
import { BaseRpcExceptionFilter } from '@nestjs/microservices';
import type { IncomingStream, IncomingStreamOwner } from '../connection/incoming-stream.js';

/** What a handler may return to be read at the pace of its caller. A `Readable` is one. */
export interface IterableSource extends AsyncIterable<unknown> {
  /** Of a `Readable`: lets go of what it holds. */
  destroy?(): unknown;
}

/**
 * Answers a request with the values of an AsyncIterable or a Readable, at the pace of whoever reads them:
 * the source is asked for the next value only when the last one has left. When nobody waits any more, a
 * Readable is destroyed and a generator is ended at its next `yield`; one that waits for something else
 * meanwhile listens to the `signal` of its context.
 */
export class IterableReply implements IncomingStreamOwner {
  private readonly iterator: AsyncIterator<unknown>;
  private resume: (() => void) | undefined = undefined;

  /** @param onEnd called once, when the source has ended or was left */
  constructor(
    private readonly stream: IncomingStream,
    private readonly source: IterableSource,
    private readonly onEnd: (() => void) | undefined,
  ) {
    this.iterator = source[Symbol.asyncIterator]();
  }

  start(): void {
    void this.pump();
  }

  onWritable(): void {
    this.resume?.();
  }

  onStop(): void {
    this.leave();
    this.resume?.();
  }

  private async pump(): Promise<void> {
    try {
      await this.sendAll();
    } catch (error) {
      this.fail(error);
    } finally {
      this.onEnd?.();
    }
  }

  private async sendAll(): Promise<void> {
    while (this.stream.isOpen) {
      const result = await this.iterator.next();
      if (result.done === true) {
        this.stream.respond(undefined);
        return;
      }
      this.stream.next(result.value);
      if (!this.stream.canSend && this.stream.isOpen) await this.room();
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

  private leave(): void {
    this.source.destroy?.();
    // Waits its turn behind a `next()` that is still running; nobody is interested in how it ends.
    const returned = this.iterator.return?.();
    void returned?.then(undefined, () => undefined);
  }

  /** The handler has returned, so Nest's filters around it are left; the stock one words and logs the error. */
  private fail(error: unknown): void {
    if (!this.stream.isOpen) return;
    new BaseRpcExceptionFilter()
      .catch(error, new ExecutionContextHost([]))
      .subscribe({ error: (err: unknown) => this.stream.fail(err) });
  }
}
