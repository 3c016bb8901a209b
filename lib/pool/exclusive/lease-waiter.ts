import type { Timer } from '../../common/clock.js';
import type { QueueEntry } from '../../common/queue.js';
import type { Lease } from './lease.js';

/** What `acquire` may be told. */
export interface AcquireOptions {
  /** How long to wait for a link, in ms, from 1 to 3 600 000. Default: `acquireTimeoutMs` of the pool. */
  readonly timeoutMs?: number;
  /** Gives up waiting. A lease that was granted is not affected. */
  readonly signal?: AbortSignal;
}

/** What is known of a lease from the moment it is asked for. */
export interface LeaseClaim {
  readonly startedAt: number;
  /** Where the caller's stack can be read; `undefined` without leak detection. */
  readonly trace: { readonly stack?: string } | undefined;
}

export interface WaiterSettings {
  readonly claim: LeaseClaim;
  readonly timeoutMs: number;
  readonly timer: Timer;
  readonly signal: AbortSignal | undefined;
  readonly onAbort: () => void;
}

/** Somebody who waits for a link: settled exactly once, and nothing is left of it then. */
export class LeaseWaiter<Resource> {
  readonly #settings: WaiterSettings;
  readonly #resolve: (lease: Lease<Resource>) => void;
  readonly #reject: (error: Error) => void;
  /** Its place in the queue. */
  entry: QueueEntry<LeaseWaiter<Resource>> | undefined;
  /** Rounds of failed attempts to connect that it has seen. */
  failures = 0;

  constructor(
    settings: WaiterSettings,
    resolve: (lease: Lease<Resource>) => void,
    reject: (error: Error) => void,
  ) {
    this.#settings = settings;
    this.#resolve = resolve;
    this.#reject = reject;
    settings.signal?.addEventListener('abort', settings.onAbort);
  }

  get claim(): LeaseClaim {
    return this.#settings.claim;
  }

  get timeoutMs(): number {
    return this.#settings.timeoutMs;
  }

  get signal(): AbortSignal | undefined {
    return this.#settings.signal;
  }

  grant(lease: Lease<Resource>): void {
    this.#forget();
    this.#resolve(lease);
  }

  fail(error: Error): void {
    this.#forget();
    this.#reject(error);
  }

  #forget(): void {
    const { timer, signal, onAbort } = this.#settings;
    timer.cancel();
    signal?.removeEventListener('abort', onAbort);
  }
}
