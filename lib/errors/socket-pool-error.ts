import type { ErrorCode, ErrorCodeDescription, Processed } from './error-codes.js';
import { ERROR_CODES } from './error-codes.js';

export interface SocketPoolErrorDetails {
  /** Overrides the code's usual answer, where the place of failure knows better. */
  readonly processed?: Processed;
  readonly retryable?: boolean;
  /** Which end found the failure. Default `local`. */
  readonly origin?: 'local' | 'remote';
  readonly cause?: unknown;
  /** For `REJECTED`: how long the server asks to be left alone, in ms. */
  readonly retryAfterMs?: number;
}

/**
 * A failure of the transport itself. What a handler throws is not one of these: it reaches the
 * subscriber of `send()` as Nest's TCP transport delivers it.
 */
export class SocketPoolError extends Error {
  override readonly name = 'SocketPoolError';
  readonly code: ErrorCode;
  /** Sending the call again, elsewhere or later, can succeed and is safe. */
  readonly retryable: boolean;
  /** Whether the server ran the call. */
  readonly processed: Processed;
  readonly origin: 'local' | 'remote';
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, details: SocketPoolErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    const usual: ErrorCodeDescription = ERROR_CODES[code];
    this.code = code;
    this.processed = details.processed ?? usual.processed;
    this.retryable = details.retryable ?? (usual.retryable && this.processed === 'no');
    this.origin = details.origin ?? 'local';
    this.retryAfterMs = details.retryAfterMs;
  }

  /** The same failure for a call of which more is known. */
  withProcessed(processed: Processed): SocketPoolError {
    if (processed === this.processed) return this;
    return new SocketPoolError(this.code, this.message, {
      processed,
      retryable: processed === 'no' && this.retryable,
      origin: this.origin,
      cause: this.cause,
      retryAfterMs: this.retryAfterMs,
    });
  }
}

/** Every bad option in one error, one line each. */
export function invalidOptionsError(
  component: string,
  problems: readonly string[],
): SocketPoolError {
  const lines = problems.map((problem) => `  - ${problem}`).join('\n');
  const noun = problems.length === 1 ? 'option is' : 'options are';
  return new SocketPoolError(
    'INVALID_OPTIONS',
    `${problems.length} ${noun} not usable for ${component}:\n${lines}`,
  );
}

/** The message of anything that can be thrown, for the text of another error. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    // What connecting to a name with several addresses fails with: it says nothing itself.
    return error.errors.map((each) => messageOf(each)).join('; ') || error.name;
  }
  if (error instanceof Error) return error.message || error.name;
  return typeof error === 'string' ? error : 'an unknown error';
}
