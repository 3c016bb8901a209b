import type { IncomingStream } from '../acceptor/acceptor-handler.js';
import type { CallScope, FollowedCall } from '../common/call-scope.js';
import type { Metadata } from '../protocol/frame.js';
import { HandlerRun, stopError } from './handler-run.js';

/**
 * A request while its handler runs. What the handler leaves behind (a timer, a subscription, a cache that
 * refills itself) stays in its asynchronous context for ever: once the request is over, it limits nothing.
 */
export class RequestScope implements CallScope {
  private hasReturned = false;

  constructor(private readonly stream: IncomingStream) {}

  get deadlineAt(): number {
    return this.isOver ? Infinity : this.stream.deadlineAt;
  }

  get metadata(): Metadata | undefined {
    return this.stream.request.metadata;
  }

  get stopError(): Error | undefined {
    const { stopReason } = this.stream;
    return stopReason === undefined || this.isOver ? undefined : stopError(stopReason);
  }

  follow(call: FollowedCall): void {
    if (!this.isOver) HandlerRun.of(this.stream).follow(call);
  }

  /** The handler has returned, or failed; of a streamed reply it has returned the source. */
  returned(): void {
    this.hasReturned = true;
  }

  private get isOver(): boolean {
    const { isOpen, stopReason } = this.stream;
    return !isOpen && (this.hasReturned || stopReason === undefined);
  }
}
