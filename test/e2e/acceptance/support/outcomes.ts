import type { SocketPoolError } from '../../../../lib/errors/socket-pool-error.js';

/** Calls that were made, and what became of each. Every call settles, or the test does not end. */
export class Outcomes {
  readonly succeeded = new Map<number, unknown>();
  readonly failed = new Map<number, SocketPoolError>();
  readonly #pending: Promise<void>[] = [];
  /** Follows a call from here to its end. */
  add(id: number, call: Promise<unknown>): void {
    this.#pending.push(
      call.then(
        (value) => void this.succeeded.set(id, value),
        (error: SocketPoolError) => void this.failed.set(id, error),
      ),
    );
  }

  get made(): number {
    return this.#pending.length;
  }

  get settled(): number {
    return this.succeeded.size + this.failed.size;
  }

  async all(): Promise<this> {
    await Promise.all(this.#pending);
    return this;
  }

  /** How often each kind of end was met: `ok`, or `CODE processed`. */
  get counts(): Record<string, number> {
    const counts: Record<string, number> =
      this.succeeded.size > 0 ? { ok: this.succeeded.size } : {};
    for (const { code, processed } of this.failed.values()) {
      const kind = `${code} ${processed}`;
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    return counts;
  }
}
