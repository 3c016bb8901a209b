import type { CallScope } from '../common/call-scope.js';
import { callScopes } from '../common/call-scope.js';
import type { Clock } from '../common/clock.js';
import type { Disposer } from '../common/emitter.js';
import type { ResolvedOptions } from '../common/options.js';
import { custom, flag } from '../common/options.js';
import { SocketPoolError } from '../errors/socket-pool-error.js';
import type { CallRequest } from '../pool/call.js';
import type { Metadata } from '../protocol/frame.js';

/** The trace context of the W3C recommendations Trace Context and Baggage. */
const TRACE_CONTEXT: readonly string[] = ['traceparent', 'tracestate', 'baggage'];

const MAX_NAMES = 64;

/** What a call made inside a handler takes over from the request that is handled there. */
export const inheritOptionTable = {
  deadline: flag(
    true,
    'The call may take no longer than the request has left; the smaller of this and its own deadline holds.',
  ),
  cancellation: flag(
    true,
    'The call ends when nobody waits for the request any more: cancelled, late, disconnected or shut down.',
  ),
  metadata: custom<readonly string[]>({
    default: TRACE_CONTEXT,
    unit: 'names',
    expected: `an array of at most ${MAX_NAMES} names`,
    description:
      'The keys of the metadata that are passed on; what the call itself sets goes first.',
    accepts: (value) =>
      Array.isArray(value) &&
      value.length <= MAX_NAMES &&
      value.every((name) => typeof name === 'string' && name !== ''),
  }),
};

export type InheritOptions = ResolvedOptions<typeof inheritOptionTable>;

/** Makes what a call asks for of what its caller asked for and of what is being handled. */
export class Inheritance {
  private stop: Disposer | undefined = undefined;

  /** @param options `false` inherits nothing */
  constructor(
    private readonly options: InheritOptions | false,
    private readonly clock: Clock,
  ) {}

  /** From now on servers of this process enter scopes. Idempotent. */
  join(): void {
    if (this.options !== false) this.stop ??= callScopes.join();
  }

  /** There will be no calls for now. Idempotent. */
  leave(): void {
    this.stop?.();
    this.stop = undefined;
  }

  /** What is being handled, if this client inherits of it. */
  get scope(): CallScope | undefined {
    return this.options === false ? undefined : callScopes.current;
  }

  get followsCancellation(): boolean {
    return this.options !== false && this.options.cancellation;
  }

  /**
   * What is asked for inside a handler.
   *
   * @param usualMs the deadline of calls that say nothing, in ms; 0 for none
   * @throws SocketPoolError when nobody waits any more: `DEADLINE_EXCEEDED`, or `CANCELLED`
   */
  callOf(scope: CallScope, request: CallRequest, usualMs: number): CallRequest {
    if (this.options === false) return request;
    const { stopError } = scope;
    if (this.options.cancellation && stopError !== undefined)
      throw notStartedError(request, stopError);
    const metadata = this.metadataOf(scope, request.metadata);
    if (!this.options.deadline || scope.deadlineAt === Infinity) return { ...request, metadata };
    const remainingMs = scope.deadlineAt - this.clock.now();
    if (remainingMs <= 0) throw lateError(request);
    const ownMs = request.deadlineMs ?? usualMs;
    const deadlineMs = ownMs > 0 ? Math.min(ownMs, remainingMs) : ownMs < 0 ? ownMs : remainingMs;
    return { ...request, metadata, deadlineMs };
  }

  /** An event is not waited for, so that it inherits the metadata alone. */
  eventOf(scope: CallScope, request: CallRequest): CallRequest {
    return { ...request, metadata: this.metadataOf(scope, request.metadata) };
  }

  private metadataOf({ metadata }: CallScope, own: Metadata | undefined): Metadata | undefined {
    if (this.options === false || metadata === undefined) return own;
    let joined: Record<string, unknown> | undefined;
    for (const name of this.options.metadata) {
      if (!Object.hasOwn(metadata, name) || (own !== undefined && Object.hasOwn(own, name)))
        continue;
      joined ??= own === undefined ? {} : { ...own };
      // To assign to this one name would set the prototype.
      if (name === '__proto__')
        Object.defineProperty(joined, name, { ...OWN, value: metadata[name] });
      else joined[name] = metadata[name];
    }
    return joined ?? own;
  }
}

const OWN = { configurable: true, enumerable: true, writable: true };

function lateError({ pattern }: CallRequest): SocketPoolError {
  const text = `${pattern} was not called: the request that it is made for has no time left`;
  return new SocketPoolError('DEADLINE_EXCEEDED', text, { processed: 'no' });
}

function notStartedError(request: CallRequest, cause: Error): SocketPoolError {
  if (cause instanceof SocketPoolError && cause.code === 'DEADLINE_EXCEEDED')
    return lateError(request);
  const text = `${request.pattern} was not called: ${cause.message}`;
  return new SocketPoolError('CANCELLED', text, { processed: 'no', cause });
}
