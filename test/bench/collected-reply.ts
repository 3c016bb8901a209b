import type { ClientEnd } from './peers/peer.js';

/** All values of one call. */
export function collectReply(
  client: ClientEnd,
  pattern: unknown,
  data: unknown,
): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const values: unknown[] = [];
    client.send(pattern, data).subscribe({
      next: (value) => values.push(value),
      error: reject,
      complete: () => resolve(values),
    });
  });
}
