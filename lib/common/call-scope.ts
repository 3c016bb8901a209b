/**
 * What is made inside a handler belongs to the request that the handler serves: it may take no longer than
 * the request has left, it ends when nobody waits for the request any more, and it carries the request's trace
 * context. Neither side can hand that over as an argument, because the user's code lies between them; so it
 * travels with the asynchronous context.
 *
 * That is not free: while an `AsyncLocalStorage` is in use, Node 20 does some work for every promise of the
 * process. So a server enters a scope only while somebody in this process would inherit from it, and the
 * storage is switched off with the last who would.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Disposer } from './emitter.js';

/** A call that ends with the work it was made for. */
export interface FollowedCall {
  readonly isSettled: boolean;
  /** Nobody waits for the work any more. Does nothing to a call that is settled. */
  giveUp(cause: Error): void;
}

/** The request or event that is being handled, as those see it who make calls for it. */
export interface CallScope {
  /** When nobody waits for it any more, on the system's clock; `Infinity` without a limit, and when it is done. */
  readonly deadlineAt: number;
  /** What came beside its data. From the wire: look at own properties only. */
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  /** Why nobody waits for it any more, while its handler still runs; `undefined` otherwise. */
  readonly stopError: Error | undefined;
  /** The call is to end with it. */
  follow(call: FollowedCall): void;
}

export class CallScopes {
  readonly #storage = new AsyncLocalStorage<CallScope | undefined>();
  #heirs = 0;

  /** Whether anybody would inherit: only then it pays to enter a scope. */
  get isInherited(): boolean {
    return this.#heirs > 0;
  }

  /** What is being handled; `undefined` outside of a handler. */
  get current(): CallScope | undefined {
    return this.#storage.getStore();
  }

  /** Somebody would inherit from now on, until it is disposed. */
  join(): Disposer {
    this.#heirs++;
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      if (--this.#heirs === 0) this.#storage.disable();
    };
  }

  /** Runs `work`, and all that it brings about, within `scope`. */
  enter<Result>(scope: CallScope, work: () => Result): Result {
    return this.#storage.run(scope, work);
  }

  /**
   * Runs `work` outside of every scope: for whatever outlives the request that happens to bring it about, such
   * as a connection, whose every event would else count as part of that request.
   */
  leave<Result>(work: () => Result): Result {
    return this.current === undefined ? work() : this.#storage.run(undefined, work);
  }
}

/** The scopes of this process. */
export const callScopes = new CallScopes();
