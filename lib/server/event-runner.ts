import type { LoggerService } from '@nestjs/common';
import type { MessageHandler } from '@nestjs/microservices';
import { isObservable } from 'rxjs';
import type { IncomingEvent } from '../acceptor/acceptor-handler.js';
import { callScopes } from '../common/call-scope.js';
import { EventScope } from './event-scope.js';
import type { WatchedPatterns } from './pattern-statistics.js';
import { UNWATCHED } from './pattern-statistics.js';
import type { ProcessingSpan } from './processing-span.js';
import type { RouteTable } from './route-table.js';
import { SocketPoolContext } from './socket-pool-context.js';

/** The line that Nest logs for an event that nobody handles. */
function noEventHandlerText(pattern: string): string {
  return `There is no matching event handler defined in the remote service. Event pattern: ${pattern}`;
}

/**
 * Runs the handlers of an event. Nest has chained them: the first calls the others. An event counts as
 * in work until its last Observable has ended, and outlives the connection that it came on.
 */
export class EventRunner {
  /** @param span set when processing hooks are installed */
  constructor(
    private readonly routes: RouteTable,
    private readonly span: () => ProcessingSpan | undefined,
    private readonly logger: Pick<LoggerService, 'error'>,
    private readonly patterns: WatchedPatterns = UNWATCHED,
  ) {}

  /** Never throws. */
  run(event: IncomingEvent): void {
    const { pattern, metadata } = event.frame;
    const handler = this.routes.find(pattern);
    if (handler === undefined) {
      event.done();
      this.logger.error(noEventHandlerText(pattern));
      return;
    }
    this.patterns.watch.eventBegins(handler, event);
    const context = new SocketPoolContext([event.peer, pattern, metadata], event);
    if (callScopes.isInherited)
      callScopes.enter(new EventScope(event), () => this.start(handler, event, context));
    else this.start(handler, event, context);
  }

  private start(handler: MessageHandler, event: IncomingEvent, context: SocketPoolContext): void {
    const span = this.span();
    if (span === undefined) this.call(handler, event, context);
    else void this.callWithin(span, { handler, event, context });
  }

  private call(handler: MessageHandler, event: IncomingEvent, context: SocketPoolContext): void {
    try {
      const result: unknown = handler(event.frame.payload, context);
      if (result instanceof Promise) {
        result.then(
          (value: unknown) => follow(event, value),
          (error: unknown) => this.fail(event, error),
        );
      } else follow(event, result);
    } catch (error) {
      this.fail(event, error);
    }
  }

  private async callWithin(
    span: ProcessingSpan,
    work: { handler: MessageHandler; event: IncomingEvent; context: SocketPoolContext },
  ): Promise<void> {
    const { handler, event, context } = work;
    try {
      await span(context, async (onEnd) => {
        try {
          follow(event, await handler(event.frame.payload, context), onEnd);
        } catch (error) {
          onEnd();
          this.fail(event, error);
        }
      });
    } catch (error) {
      this.fail(event, error);
    }
  }

  private fail(event: IncomingEvent, error: unknown): void {
    event.done(true);
    this.logger.error(error);
  }
}

/** Nest's filters have worded and logged what handlers throw; what an Observable ends with is of no further interest. */
function follow(event: IncomingEvent, result: unknown, onEnd?: () => void): void {
  if (!isObservable(result)) {
    onEnd?.();
    event.done();
    return;
  }
  let hasFailed = false;
  const subscription = result.subscribe({ error: () => (hasFailed = true) });
  subscription.add(() => {
    onEnd?.();
    event.done(hasFailed);
  });
  if (!subscription.closed) event.whenStopped(() => subscription.unsubscribe());
}
