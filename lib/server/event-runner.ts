import type { LoggerService } from '@nestjs/common';
import type { MessageHandler } from '@nestjs/microservices';
import { isObservable } from 'rxjs';
import type { IncomingEvent } from '../acceptor/acceptor-handler.js';
import { messageOf } from '../errors/socket-pool-error.js';
import type { ProcessingSpan } from './request-runner.js';
import type { RouteTable } from './route-table.js';
import { SocketPoolContext } from './socket-pool-context.js';

/** The line that Nest logs for an event that nobody handles. */
function noEventHandlerText(pattern: string): string {
  return `There is no matching event handler defined in the remote service. Event pattern: ${pattern}`;
}

/**
 * Runs the handlers of an event. Nest has chained them: the first calls the others. An event counts as
 * in work until its last Observable has ended.
 */
export class EventRunner {
  /** @param span set when processing hooks are installed */
  constructor(
    private readonly routes: RouteTable,
    private readonly span: () => ProcessingSpan | undefined,
    private readonly logger: Pick<LoggerService, 'error'>,
  ) {}

  run(event: IncomingEvent): void {
    const { pattern, metadata } = event.frame;
    const handler = this.routes.find(pattern);
    if (handler === undefined) {
      this.logger.error(noEventHandlerText(pattern));
      event.done();
      return;
    }
    const context = new SocketPoolContext([event.peer, pattern, metadata]);
    const span = this.span();
    if (span === undefined) this.call(handler, event, context);
    else void this.callWithin(span, { handler, event, context });
  }

  private call(handler: MessageHandler, event: IncomingEvent, context: SocketPoolContext): void {
    try {
      const result: unknown = handler(event.frame.payload, context);
      if (!(result instanceof Promise)) this.finish(result, () => event.done());
      else {
        result.then(
          (value: unknown) => this.finish(value, () => event.done()),
          (error: unknown) => this.fail(event, error),
        );
      }
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
        const result: unknown = await handler(event.frame.payload, context);
        this.finish(result, () => {
          onEnd();
          event.done();
        });
      });
    } catch (error) {
      this.fail(event, error);
    }
  }

  /** Nest's filters have worded and logged what handlers throw; what an Observable ends with is of no further interest. */
  private finish(result: unknown, onEnd: () => void): void {
    if (!isObservable(result)) {
      onEnd();
      return;
    }
    result.subscribe({ error: () => undefined }).add(onEnd);
  }

  private fail(event: IncomingEvent, error: unknown): void {
    this.logger.error(messageOf(error));
    event.done();
  }
}
