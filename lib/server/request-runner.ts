import type { LoggerService } from '@nestjs/common';
import type { MessageHandler } from '@nestjs/microservices';
import { isObservable } from 'rxjs';
import type { IncomingStream, RequestStream } from '../acceptor/acceptor-handler.js';
import { callScopes } from '../common/call-scope.js';
import { STOCK_NO_HANDLER } from '../protocol/packet.js';
import type { Deduplication } from './deduplication.js';
import { failUnfiltered } from './handler-failure.js';
import type { HandlerLimits } from './handler-limits.js';
import { NO_LIMITS } from './handler-limits.js';
import { HandlerRun } from './handler-run.js';
import { IterableReply, isIterableSource } from './iterable-reply.js';
import { ObservableReply } from './observable-reply.js';
import type { WatchedPatterns } from './pattern-statistics.js';
import { UNWATCHED } from './pattern-statistics.js';
import type { ProcessingSpan } from './processing-span.js';
import { RequestScope } from './request-scope.js';
import type { RouteTable } from './route-table.js';
import { SocketPoolContext } from './socket-pool-context.js';

/**
 * Runs the handler of a request and answers with what it returns.
 *
 * Nest's own machinery makes an Observable of every reply and a promise of every turn, which costs five
 * times what the transport costs. The handler that Nest registered (guards, pipes, interceptors and filters
 * are inside it) is called directly instead, and RxJS is met only where the reply is an Observable.
 */
export class RequestRunner {
  private readonly patterns: WatchedPatterns;
  private readonly limits: Pick<HandlerLimits, 'isUsed' | 'gateOf'>;
  private dedup: Deduplication | undefined = undefined;

  /** @param span set when processing hooks are installed */
  constructor(
    private readonly routes: RouteTable,
    private readonly span: () => ProcessingSpan | undefined,
    private readonly logger: Pick<LoggerService, 'error'>,
    { patterns = UNWATCHED, limits = NO_LIMITS }: RunnerParts = {},
  ) {
    this.patterns = patterns;
    this.limits = limits;
  }

  /** From now on a call is run once for each idempotency key. */
  deduplicate(dedup: Deduplication | undefined): void {
    this.dedup = dedup;
  }

  /** Never throws. */
  run(stream: RequestStream): void {
    const handler = this.routes.find(stream.request.pattern);
    if (handler === undefined) {
      stream.fail(STOCK_NO_HANDLER, 'NO_HANDLER');
      return;
    }
    const gate = this.limits.isUsed ? this.limits.gateOf(handler) : undefined;
    if (gate === undefined) this.begin(handler, stream);
    else {
      stream.gate = gate;
      gate.arrived();
      gate.enter(stream, (admitted) => this.begin(handler, admitted));
    }
  }

  /** A request that has had its turn, and is to be run after all. */
  again(stream: IncomingStream): void {
    this.begin(this.routes.find(stream.request.pattern)!, stream);
  }

  private begin(handler: MessageHandler, stream: IncomingStream): void {
    const work = this.dedup === undefined ? stream : this.dedup.admit(stream);
    if (work !== undefined) this.handle(handler, work);
  }

  private handle(handler: MessageHandler, stream: IncomingStream): void {
    const { request } = stream;
    this.patterns.watch.requestBegins(handler, stream);
    const context = new SocketPoolContext(
      [stream.connection.peer, request.pattern, request.metadata],
      stream,
    );
    if (callScopes.isInherited) {
      const scope = new RequestScope(stream);
      callScopes.enter(scope, () => this.start(handler, stream, context, scope));
    } else this.start(handler, stream, context);
  }

  private start(
    handler: MessageHandler,
    stream: IncomingStream,
    context: SocketPoolContext,
    scope?: RequestScope,
  ): void {
    const span = this.span();
    if (span === undefined) this.call(handler, stream, context, scope);
    else void this.callWithin(span, { handler, stream, context, scope });
  }

  private call(
    handler: MessageHandler,
    stream: IncomingStream,
    context: SocketPoolContext,
    scope: RequestScope | undefined,
  ): void {
    try {
      const result: unknown = handler(stream.request.payload, context);
      if (result instanceof Promise) {
        result.then(
          (value: unknown) => {
            reply(stream, value);
            scope?.returned();
          },
          (error: unknown) => {
            failUnfiltered(stream, error, this.logger);
            scope?.returned();
          },
        );
        return;
      }
      reply(stream, result);
    } catch (error) {
      failUnfiltered(stream, error, this.logger);
    }
    scope?.returned();
  }

  private async callWithin(span: ProcessingSpan, work: HandlerCall): Promise<void> {
    const { handler, stream, context, scope } = work;
    try {
      await span(context, async (onEnd) => {
        try {
          reply(stream, await handler(stream.request.payload, context), onEnd);
        } catch (error) {
          // Not passed on: the hook may have dropped the promise.
          onEnd();
          failUnfiltered(stream, error, this.logger);
        }
        scope?.returned();
      });
    } catch (error) {
      failUnfiltered(stream, error, this.logger);
      scope?.returned();
    }
  }
}

interface RunnerParts {
  readonly patterns?: WatchedPatterns;
  readonly limits?: Pick<HandlerLimits, 'isUsed' | 'gateOf'>;
}

interface HandlerCall {
  readonly handler: MessageHandler;
  readonly stream: IncomingStream;
  readonly context: SocketPoolContext;
  readonly scope: RequestScope | undefined;
}

/** @param onEnd called once, when the reply is complete or nobody waits for it any more */
function reply(stream: IncomingStream, result: unknown, onEnd?: () => void): void {
  if (typeof result !== 'object' || result === null) {
    stream.respond(result);
    onEnd?.();
  } else if (!stream.isOpen && isSource(result)) {
    discard(result);
    stream.fail(undefined);
    onEnd?.();
  } else if (isObservable(result)) {
    const observableReply = new ObservableReply(stream, onEnd);
    HandlerRun.of(stream).replyWith(observableReply);
    observableReply.start(result);
  } else if (isIterableSource(result)) {
    const iterableReply = new IterableReply(stream, result, onEnd);
    HandlerRun.of(stream).replyWith(iterableReply);
    iterableReply.start();
  } else {
    stream.respond(result);
    onEnd?.();
  }
}

function isSource(result: object): boolean {
  return isObservable(result) || isIterableSource(result);
}

/** Nobody waits any more: an Observable is not even begun, a Readable lets go of what it holds. */
function discard(result: object): void {
  if (!isObservable(result) && isIterableSource(result)) result.destroy?.();
}
