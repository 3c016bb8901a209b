import type { Observable } from 'rxjs';
import { firstValueFrom, lastValueFrom, throwError, timeout, toArray } from 'rxjs';
import { vi } from 'vitest';

/** A call that takes longer hangs, and the test says so long before the runner would. */
export const LIMIT_MS = 5_000;

class HangingCall extends Error {
  override readonly message = `no sign of life of the call within ${LIMIT_MS} ms`;
}

function limited<T>(call: Observable<T>): Observable<T> {
  return call.pipe(timeout({ each: LIMIT_MS, with: () => throwError(() => new HangingCall()) }));
}

/** The first value of a call. */
export async function reply<T>(call: Observable<T>): Promise<T> {
  return firstValueFrom(limited(call));
}

/** All values of a call, once it completed. */
export async function replies<T>(call: Observable<T>): Promise<T[]> {
  return lastValueFrom(limited(call).pipe(toArray()));
}

/** What a call fails with. */
export async function failure(call: Observable<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await replies(call);
  } catch (error) {
    if (error instanceof HangingCall) throw error;
    return error;
  }
  throw new Error(`the call should have failed, but answered ${JSON.stringify(value)}`);
}

/** Waits for a condition instead of for a time. */
export async function until(condition: () => boolean, limitMs = LIMIT_MS): Promise<void> {
  await vi.waitFor(
    () => {
      if (!condition()) throw new Error(`not within ${limitMs} ms: ${condition.toString()}`);
    },
    { timeout: limitMs, interval: 5 },
  );
}
