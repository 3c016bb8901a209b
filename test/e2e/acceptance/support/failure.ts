import { expect } from 'vitest';
import type { ErrorCode, Processed } from '../../../../lib/errors/error-codes.js';
import { SocketPoolError } from '../../../../lib/errors/socket-pool-error.js';

/** What is known of a failure. */
export interface Failure {
  readonly code: ErrorCode;
  readonly processed: Processed;
  readonly retryable: boolean;
  readonly origin?: 'local' | 'remote';
  /** With the numbers that tell what to change. */
  readonly message: RegExp;
}

/** Waits until a call has failed, and checks all that its error says. */
export async function expectFailure(
  call: Promise<unknown>,
  failure: Failure,
): Promise<SocketPoolError> {
  const error = await call.then(
    (value) => {
      throw new Error(`the call should have failed, but answered ${JSON.stringify(value)}`);
    },
    (reason: unknown) => reason,
  );
  return checkFailure(error, failure);
}

export function checkFailure(error: unknown, failure: Failure): SocketPoolError {
  expect(error).toBeInstanceOf(SocketPoolError);
  const { code, processed, retryable, origin, message } = error as SocketPoolError;
  const { message: expected, ...facts } = { origin: 'local' as const, ...failure };
  expect({ code, processed, retryable, origin }, message).toEqual(facts);
  expect(message).toMatch(expected);
  return error as SocketPoolError;
}
