import type { Clock, Timer } from '../common/clock.js';
import type { ResolvedOptions } from '../common/options.js';
import type { Random } from '../common/random.js';
import type { SocketPoolError } from '../errors/socket-pool-error.js';
import { Backoff } from '../resilience/backoff.js';
import { firstReconnectDelay } from '../resilience/reconnect-spread.js';
import type { reconnectOptionTable } from './pool-options.js';

export type ReconnectOptions = ResolvedOptions<typeof reconnectOptionTable>;

/**
 * When an endpoint may be dialed again: after failures with growing waits, after a loss with a spread,
 * and otherwise at once.
 */
export class Reconnect {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #spreadMs: number;
  readonly #onDue: () => void;
  readonly #backoff: Backoff;
  #timer: Timer | undefined;
  #dueAt = 0;
  #failures = 0;
  #lastError: SocketPoolError | undefined;
  #lastErrorAt = 0;

  constructor(
    clock: Clock,
    random: Random,
    options: ReconnectOptions & { readonly onDue: () => void },
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#spreadMs = options.spreadMs;
    this.#onDue = options.onDue;
    this.#backoff = new Backoff(random, {
      initialMs: options.initialBackoffMs,
      maxMs: options.maxBackoffMs,
    });
  }

  /** The endpoint must not be dialed now. */
  get isWaiting(): boolean {
    return this.#timer !== undefined;
  }

  /** Until the next attempt, in ms; `undefined` when none is planned. */
  get dueInMs(): number | undefined {
    return this.#timer === undefined ? undefined : Math.max(0, this.#dueAt - this.#clock.now());
  }

  /** Failed attempts in a row. */
  get failures(): number {
    return this.#failures;
  }

  get lastError(): SocketPoolError | undefined {
    return this.#lastError;
  }

  get lastErrorAt(): number {
    return this.#lastErrorAt;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#backoff.reset();
    this.stop();
  }

  /** An attempt failed. Several that run at once count as one. */
  failed(error: SocketPoolError): void {
    this.#lastError = error;
    this.#lastErrorAt = this.#clock.now();
    if (this.#timer !== undefined) return;
    this.#failures++;
    this.#wait(this.#backoff.next());
  }

  /** A connection was lost, together with those of all other clients perhaps. */
  lost(missingConnections: number): void {
    if (this.#timer !== undefined || this.#spreadMs === 0) return;
    this.#wait(firstReconnectDelay(this.#random, missingConnections, { windowMs: this.#spreadMs }));
  }

  /**
   * Somebody waits for a connection. No call should give up without an attempt having been made for
   * it, so what is due later than `withinMs` is moved to a random moment before.
   */
  hurry(withinMs: number): void {
    if (this.#timer === undefined || this.#dueAt - this.#clock.now() <= withinMs) return;
    this.stop();
    this.#wait(this.#random() * withinMs);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #wait(delayMs: number): void {
    this.#dueAt = this.#clock.now() + delayMs;
    this.#timer = this.#clock.schedule(delayMs, () => {
      this.#timer = undefined;
      this.#onDue();
    });
  }
}
