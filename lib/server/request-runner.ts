import type { MessageHandler } from '@nestjs/microservices';
import { isObservable } from 'rxjs';
import type { IncomingStream } from '../connection/incoming-stream.js';
import { HandlerRun } from './handler-run.js';
import type { IterableSource } from './iterable-reply.js';
import { IterableReply } from './iterable-reply.js';
import { ObservableReply } from './observable-reply.js';
import type { RouteTable } from './route-table.js';
import { SocketPoolContext } from './socket-pool-context.js';

/** The string that a caller gets when nobody handles its pattern; word for word that of Nest. */
export const NO_MESSAGE_HANDLER =
  'There is no matching message handler defined in the remote service.';

/** Runs between the processing hooks of a Nest server; `run` is told how to say that the work has ended. */
export type ProcessingSpan = (
  context: SocketPoolContext,
  run: (onEnd: () => void) => Promise<void>,
) => Promise<unknown>;

/**
 * Runs the handler of a request and answers with what it returns.
 *
 * Nest's own machinery makes an Observable of every reply and a promise of every turn, which costs five
 * times what the transport costs. The handler that Nest registered (guards, pipes, interceptors and filters
 * are inside it) is called directly instead, and RxJS is met only where the reply is an Observable.
 */
export class RequestRunner {
  /** @param span set when processing hooks are installed */
  constructor(
    private readonly routes: RouteTable,
    private readonly span: () => ProcessingSpan | undefined,
  ) {}

  run(stream: IncomingStream): void {
    const { request } = stream;
    const handler = this.routes.find(request.pattern);
    if (handler === undefined) {
      stream.fail(NO_MESSAGE_HANDLER, 'NO_HANDLER');
      return;
    }
    const context = new SocketPoolContext(
      [stream.connection.peer, request.pattern, request.metadata],
      stream,
    );
    const span = this.span();
    if (span === undefined) call(handler, stream, context);
    else void this.callWithin(span, { handler, stream, context });
  }

  private async callWithin(span: ProcessingSpan, work: HandlerCall): Promise<void> {
    const { handler, stream, context } = work;
    try {
      await span(context, async (onEnd) => {
        reply(stream, await handler(stream.request.payload, context), onEnd);
      });
    } catch (error) {
      failUnworded(stream, error);
    }
  }
}

interface HandlerCall {
  readonly handler: MessageHandler;
  readonly stream: IncomingStream;
  readonly context: SocketPoolContext;
}

function call(handler: MessageHandler, stream: IncomingStream, context: SocketPoolContext): void {
  try {
    const result: unknown = handler(stream.request.payload, context);
    if (result instanceof Promise) {
      result.then(
        (value: unknown) => reply(stream, value),
        (error: unknown) => failUnworded(stream, error),
      );
    } else reply(stream, result);
  } catch (error) {
    failUnworded(stream, error);
  }
}

/** @param onEnd called once, when the reply is complete or nobody waits for it any more */
function reply(stream: IncomingStream, result: unknown, onEnd?: () => void): void {
  if (typeof result !== 'object' || result === null) {
    stream.respond(result);
    onEnd?.();
  } else if (!stream.isOpen) {
    discard(result);
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

/** Nobody waits any more: an Observable is not even begun, a Readable lets go of what it holds. */
function discard(result: object): void {
  if (!isObservable(result) && isIterableSource(result)) result.destroy?.();
}

function isIterableSource(value: object): value is IterableSource {
  return Symbol.asyncIterator in value;
}

/**
 * Handlers that Nest registered do not reject: their filters make every error an Observable. What arrives
 * here was thrown around them, as by a processing hook.
 */
function failUnworded(stream: IncomingStream, error: unknown): void {
  stream.fail(error instanceof Error ? { status: 'error', message: error.message } : error);
}
