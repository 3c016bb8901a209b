import type { MessageHandler } from '@nestjs/microservices';
import type { IncomingStream } from '../acceptor/acceptor-handler.js';
import { CallGate, standingQueueMsOf } from '../acceptor/call-gate.js';
import type { Clock } from '../common/clock.js';
import { invalidOptionsError } from '../errors/socket-pool-error.js';
import { RejectReason } from '../protocol/frame.js';
import type { MaxConcurrency } from './max-concurrency.decorator.js';
import { MAX_CONCURRENCY, readMaxConcurrency } from './max-concurrency.decorator.js';

/** The handlers that have a limit of their own. */
export class HandlerLimits {
  private readonly byHandler = new Map<MessageHandler, CallGate>();
  /** The patterns of one method share what their decorator said, and so its gate. */
  private readonly byExtra = new Map<object, CallGate>();
  /** Whether any handler has one; asked with every request. */
  isUsed = false;

  constructor(private readonly clock: Clock) {}

  /**
   * A handler was registered.
   *
   * @throws SocketPoolError `INVALID_OPTIONS` for a limit that cannot be read, or is that of an event
   */
  add(handler: MessageHandler, pattern: unknown, isEvent: boolean): void {
    const extra: unknown = handler.extras?.[MAX_CONCURRENCY];
    if (extra === undefined) return;
    const component = `the handler of ${typeof pattern === 'string' ? pattern : JSON.stringify(pattern)}`;
    if (isEvent)
      throw invalidOptionsError(component, [
        `${MAX_CONCURRENCY}: it is for requests; an event that is refused would be lost`,
      ]);
    const isObject = typeof extra === 'object' && extra !== null;
    const known = isObject ? this.byExtra.get(extra) : undefined;
    const gate = known ?? this.makeGate(readMaxConcurrency(extra, component));
    if (isObject) this.byExtra.set(extra, gate);
    this.byHandler.set(handler, gate);
    this.isUsed = true;
  }

  gateOf(handler: MessageHandler): CallGate | undefined {
    return this.byHandler.get(handler);
  }

  close(): void {
    for (const gate of this.byHandler.values()) gate.close();
  }

  private makeGate({ limit, retryAfterMs, ...queue }: MaxConcurrency): CallGate {
    const refuse = (stream: IncomingStream, why: string): void =>
      stream.reject(RejectReason.Overloaded, `the handler is busy: ${why}`, retryAfterMs);
    const standingQueueMs = standingQueueMsOf(queue.maxQueueMs);
    const limits = { maxInFlight: limit, ...queue, standingQueueMs, turnMs: 0 };
    return new CallGate(limits, this.clock, refuse);
  }
}

/** Nothing has a limit. */
export const NO_LIMITS: Pick<HandlerLimits, 'isUsed' | 'gateOf'> = Object.freeze({
  isUsed: false,
  gateOf: () => undefined,
});
