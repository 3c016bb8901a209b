import type { ErrorCode } from '../errors/error-codes.js';
import { SocketPoolError } from '../errors/socket-pool-error.js';
import type { Call } from '../pool/call.js';

/**
 * What `request()` and `stream()` fail with, in every case. A failed handler's own error is the
 * `cause`, as the server sent it.
 */
export function toCallFailure(error: unknown, code?: ErrorCode): SocketPoolError {
  if (error instanceof SocketPoolError) return error;
  const kind = code ?? (error instanceof Error ? 'INTERNAL_ERROR' : 'HANDLER_FAILED');
  const origin = code === undefined ? 'local' : 'remote';
  return new SocketPoolError(kind, textOf(error), { origin, cause: error });
}

/** Whether the server can have seen the call. */
export function wasSent(call: Call | undefined): boolean {
  return call !== undefined && call.attempts > 0;
}

/** The caller's signal was aborted. */
export function abortedFailure(signal: AbortSignal, wasSent: boolean): SocketPoolError {
  return new SocketPoolError('CANCELLED', 'the call was given up: its signal was aborted', {
    processed: wasSent ? 'maybe' : 'no',
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
