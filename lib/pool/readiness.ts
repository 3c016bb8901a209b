import type { Clock, Timer } from '../common/clock.js';
import type { SocketPoolError } from '../errors/socket-pool-error.js';

/** The wait for the first ready connection, shared by all who wait. After it failed it starts afresh. */
export class Readiness {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #timeoutError: () => SocketPoolError;
  #promise: Promise<void> | undefined;
  #resolve: () => void = () => {};
  #reject: (error: SocketPoolError) => void = () => {};
  #timer: Timer | undefined;

  constructor(clock: Clock, timeoutMs: number, timeoutError: () => SocketPoolError) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#timeoutError = timeoutError;
  }

  get isAwaited(): boolean {
    return this.#promise !== undefined;
  }

  wait(): Promise<void> {
    this.#promise ??= new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#timer = this.#clock.schedule(
        this.#timeoutMs,
        () => this.fail(this.#timeoutError()),
        true,
      );
    });
    return this.#promise;
  }

  succeed(): void {
    this.#end();
    this.#resolve();
  }

  fail(error: SocketPoolError): void {
    if (this.#promise === undefined) return;
    this.#end();
    this.#reject(error);
  }

  #end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#promise = undefined;
  }
}
