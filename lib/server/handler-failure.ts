import type { LoggerService } from '@nestjs/common';
import { BaseRpcExceptionFilter } from '@nestjs/microservices';
import type { IncomingStream } from '../acceptor/acceptor-handler.js';

/** What Nest tells a caller of an exception that is none of its business. */
const UNKNOWN_EXCEPTION = Object.freeze({ status: 'error', message: 'Internal server error' });

/**
 * Tells the caller what its handler failed with. By then Nest's filters have made plain objects and
 * strings of it, which go out as they are. The stock transport's callers look at the truth of what they
 * get: an empty error, such as `throwError(() => undefined)`, completes the call there, and so it does here.
 */
export function failWith(stream: IncomingStream, err: unknown): void {
  if (err) stream.fail(err);
  else stream.respond(undefined);
}

/**
 * Of a source that Nest's filters do not reach, because its handler had returned by then: an exception is
 * worded, and logged, by Nest's own filter.
 */
export function failFiltered(stream: IncomingStream, error: unknown): void {
  new BaseRpcExceptionFilter()
    .catch(error, undefined as never)
    .subscribe({ error: (err: unknown) => failWith(stream, err) });
}

/**
 * Of what was thrown around the handler instead of in it: by a filter, or by a processing hook. The stock
 * transport logs it and leaves the caller waiting.
 */
export function failUnfiltered(
  stream: IncomingStream,
  error: unknown,
  logger: Pick<LoggerService, 'error'>,
): void {
  logger.error(error);
  stream.fail(UNKNOWN_EXCEPTION);
}
