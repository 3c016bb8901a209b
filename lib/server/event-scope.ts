import type { IncomingEvent } from '../acceptor/acceptor-handler.js';
import type { CallScope, FollowedCall } from '../common/call-scope.js';
import type { Metadata } from '../protocol/frame.js';
import { FollowedCalls } from './followed-calls.js';
import { stopError } from './handler-run.js';

/** An event while it is handled. Nobody waits for it, so that only the end of a drain stops what it brings about. */
export class EventScope implements CallScope {
  readonly stopError = undefined;
  private calls: FollowedCalls | undefined = undefined;

  constructor(private readonly event: IncomingEvent) {}

  get deadlineAt(): number {
    return this.event.isDone ? Infinity : this.event.deadlineAt;
  }

  get metadata(): Metadata | undefined {
    return this.event.frame.metadata;
  }

  follow(call: FollowedCall): void {
    if (this.event.isDone) return;
    if (this.calls === undefined) {
      const calls = (this.calls = new FollowedCalls());
      this.event.whenStopped(() => calls.giveUp(stopError('shutdown')));
    }
    this.calls.add(call);
  }
}
