import type { CallScope } from '../common/call-scope.js';
import { callScopes } from '../common/call-scope.js';
import type { SocketPoolError } from '../errors/socket-pool-error.js';
import type { Call, CallRequest, CallSink } from '../pool/call.js';
import type { EventSink } from '../pool/event-call.js';
import { BoundSink } from './bound-sink.js';
import type { ClientRequest } from './call-request.js';
import type { ClientPool } from './client-pool.js';
import type { Inheritance } from './inheritance.js';

/**
 * How a reply is awaited: by code that the connection calls, by a promise, or by one who says when the next
 * value may come. Only the first needs to be led back into its asynchronous context.
 */
export type CallKind = 'observed' | 'promised' | 'paced';

/** Gives calls and events to the pool of a client, with what they inherit where they are made in a handler. */
export class CallPlacer {
  constructor(
    private readonly home: ClientPool,
    private readonly inheritance: Inheritance,
    private readonly connect: () => Promise<void>,
  ) {}

  /**
   * Where the call has to wait for a connection, it fails as soon as connecting does, unless it was asked to wait.
   *
   * @throws SocketPoolError `DEADLINE_EXCEEDED` or `CANCELLED` when nobody waits for what it is made for
   */
  place(request: ClientRequest, sink: CallSink, kind: CallKind): Call {
    const scope = request.inherits ? this.inheritance.scope : undefined;
    return scope === undefined
      ? this.call(request, sink, kind)
      : this.callWithin(scope, request, sink, kind);
  }

  emit(request: ClientRequest, sink: EventSink): void {
    const scope = request.inherits ? this.inheritance.scope : undefined;
    if (scope === undefined) this.home.pool.emit(request, sink);
    else {
      const event = this.inheritance.eventOf(scope, request);
      callScopes.leave(() => this.home.pool.emit(event, sink));
    }
  }

  private call(request: CallRequest, sink: CallSink, kind: CallKind): Call {
    const pool = this.home.current ?? this.home.pool;
    const call = kind === 'paced' ? pool.callPaced(request, sink) : pool.call(request, sink);
    if (call.attempts === 0 && !call.isSettled) this.failUnlessConnected(call);
    return call;
  }

  private callWithin(
    scope: CallScope,
    request: ClientRequest,
    sink: CallSink,
    kind: CallKind,
  ): Call {
    const usualMs = this.home.pool.options.deadlineMs;
    const inheriting = this.inheritance.callOf(scope, request, usualMs);
    const bound = kind === 'observed' ? new BoundSink(sink) : sink;
    const call = callScopes.leave(() => this.call(inheriting, bound, kind));
    if (this.inheritance.followsCancellation && !call.isSettled) scope.follow(call);
    return call;
  }

  private failUnlessConnected(call: Call): void {
    if (!this.home.connectsOnDemand || this.home.isReady) return;
    this.connect().catch((error: SocketPoolError) => {
      if (call.attempts === 0) call.fail(error);
    });
  }
}
