import type { Clock } from '../../common/clock.js';

/**
 * Runs something of the user's under a time limit.
 *
 * @param abort aborted with `lateError()` when the time is up; whoever else aborts it ends the wait, too
 * @returns what it returns
 * @throws what it throws, or the reason for which it was aborted
 */
export async function limitedWork<Result>(
  limit: {
    readonly clock: Clock;
    readonly timeoutMs: number;
    readonly abort: AbortController;
    readonly lateError: () => Error;
  },
  work: (signal: AbortSignal) => Result | PromiseLike<Result>,
): Promise<Result> {
  const { clock, timeoutMs, abort, lateError } = limit;
  const { signal } = abort;
  let onAbort = (): void => undefined;
  const given = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason as Error);
  });
  given.catch(() => undefined);
  if (signal.aborted) throw signal.reason as Error;
  signal.addEventListener('abort', onAbort);
  const timer = clock.schedule(timeoutMs, () => abort.abort(lateError()), true);
  try {
    // What settles after the race was lost is taken note of by the race, and by nobody else.
    return await Promise.race([work(signal), given]);
  } finally {
    timer.cancel();
    signal.removeEventListener('abort', onAbort);
  }
}
