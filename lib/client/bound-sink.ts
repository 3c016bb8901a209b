import { AsyncResource } from 'node:async_hooks';
import type { ErrorCode } from '../errors/error-codes.js';
import type { CallSink } from '../pool/call.js';

/**
 * Hands a reply over in the asynchronous context in which the call was made, and not in that of the
 * connection on which it came: operators behind `send()` then still know what they work for.
 */
export class BoundSink implements CallSink {
  private readonly resource = new AsyncResource('SOCKETPOOLCALL', { requireManualDestroy: true });

  constructor(private readonly sink: CallSink) {}

  next(value: unknown, creditBytes?: number): void {
    this.resource.runInAsyncScope(() => this.sink.next(value, creditBytes));
  }

  complete(): void {
    this.resource.runInAsyncScope(() => this.sink.complete());
  }

  error(error: unknown, code?: ErrorCode): void {
    this.resource.runInAsyncScope(() => this.sink.error(error, code));
  }
}
