import type {
  IncomingStream,
  IncomingStreamOwner,
  StopReason,
} from '../acceptor/acceptor-handler.js';
import type { FollowedCall } from '../common/call-scope.js';
import type { ErrorCode } from '../errors/error-codes.js';
import { SocketPoolError } from '../errors/socket-pool-error.js';
import { FollowedCalls } from './followed-calls.js';

const CODE_OF_REASON: Readonly<Record<StopReason, ErrorCode>> = {
  cancel: 'CANCELLED',
  deadline: 'DEADLINE_EXCEEDED',
  disconnect: 'CONNECTION_LOST',
  shutdown: 'CANCELLED',
  'reply-failed': 'UNSERIALIZABLE_REPLY',
};

const TEXT_OF_REASON: Readonly<Record<StopReason, string>> = {
  cancel: 'the caller gave the call up',
  deadline: 'the deadline of the call passed',
  disconnect: 'the connection to the caller was lost',
  shutdown: 'the service is shutting down',
  'reply-failed': 'the reply could not be sent',
};

/**
 * Who has to know when nobody waits for a handler any more: the signal of its context, the source of its
 * reply, and the calls that it made. Made only for requests that have one of them.
 */
export class HandlerRun implements IncomingStreamOwner {
  private controller: AbortController | undefined = undefined;
  private reply: IncomingStreamOwner | undefined = undefined;
  private calls: FollowedCalls | undefined = undefined;

  private constructor(private readonly stream: IncomingStream) {}

  static of(stream: IncomingStream): HandlerRun {
    if (stream.owner instanceof HandlerRun) return stream.owner;
    const run = new HandlerRun(stream);
    stream.owner = run;
    return run;
  }

  /** Fires when nobody waits any more; has fired already when that was before. */
  get signal(): AbortSignal {
    if (this.controller !== undefined) return this.controller.signal;
    this.controller = new AbortController();
    const { stopReason } = this.stream;
    if (stopReason !== undefined) this.controller.abort(stopError(stopReason));
    return this.controller.signal;
  }

  /** The reply has a source that can be stopped. */
  get isReplying(): boolean {
    return this.reply !== undefined;
  }

  replyWith(reply: IncomingStreamOwner): void {
    this.reply = reply;
  }

  /** The call ends with the work. */
  follow(call: FollowedCall): void {
    const { stopReason } = this.stream;
    if (stopReason === undefined) (this.calls ??= new FollowedCalls()).add(call);
    else call.giveUp(stopError(stopReason));
  }

  onStop(reason: StopReason): void {
    this.reply?.onStop(reason);
    this.controller?.abort(stopError(reason));
    this.calls?.giveUp(stopError(reason));
  }

  onWritable(): void {
    this.reply?.onWritable();
  }
}

export function stopError(reason: StopReason): SocketPoolError {
  return new SocketPoolError(CODE_OF_REASON[reason], TEXT_OF_REASON[reason]);
}
