import type { ErrorCode, Processed } from '../errors/error-codes.js';
import { SocketPoolError } from '../errors/socket-pool-error.js';

/**
 * What `request()` and `stream()` fail with, in every case. A failed handler's own error is the
 * `cause`, as the server sent it.
 *
 * @param known what the call knows of all its attempts: an earlier one may have run
 */
export function toCallFailure(
  error: unknown,
  code?: ErrorCode,
  known: Processed = 'no',
): SocketPoolError {
  if (error instanceof SocketPoolError) return error;
  const kind = code ?? (error instanceof Error ? 'INTERNAL_ERROR' : 'HANDLER_FAILED');
  const origin = code === undefined ? 'local' : 'remote';
  const failure = new SocketPoolError(kind, textOf(error), { origin, cause: error });
  return failure.processed === 'no' ? failure.withProcessed(known) : failure;
}

/**
 * The caller's signal was aborted.
 *
 * @param processed as the call knew it before it was cancelled
 */
export function abortedFailure(signal: AbortSignal, processed: Processed): SocketPoolError {
  return new SocketPoolError('CANCELLED', 'the call was given up: its signal was aborted', {
    processed,
    cause: signal.reason,
  });
}

function textOf(error: unknown): string {
  if (typeof error === 'string' && error !== '') return error;
  const message: unknown =
    typeof error === 'object' && error !== null
      ? (error as { message?: unknown }).message
      : undefined;
  return typeof message === 'string' && message !== '' ? message : 'the handler failed';
}
