import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 2;

/**
 * Waits until `condition` holds, for tests over real sockets.
 *
 * @param what what is waited for, for the error that says it did not happen
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  limitMs = 5_000,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${limitMs} ms: ${what}`);
    await sleep(POLL_MS);
  }
}
