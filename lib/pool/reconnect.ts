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
 *
 * A connection that is lost sooner than the first wait would have lasted counts as a failure: a server
 * that accepts and falls over would otherwise be dialed without end. For the same reason the waits
 * start small again only after a connection that lasted.
 */
export class Reconnect {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #options: ReconnectOptions;
  readonly #onDue: () => void;
  readonly #backoff: Backoff;
  #timer: Timer | undefined;
  #dueAt = 0;
  #failures = 0;
  /** When a connection was established last, unless the waits have started small since. */
  #succeededAt = Number.POSITIVE_INFINITY;
  #lastError: SocketPoolError | undefined;
  #lastErrorAt = 0;

  constructor(
    clock: Clock,
    random: Random,
    options: ReconnectOptions & { readonly onDue: () => void },
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#options = options;
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
    this.#succeededAt = this.#clock.now();
    this.stop();
  }

  /** An attempt failed. Several that run at once count as one. */
  failed(error: SocketPoolError): void {
    this.#lastError = error;
    this.#lastErrorAt = this.#clock.now();
    if (this.#timer !== undefined) return;
    this.#failures++;
    this.#wait(this.#nextBackoffMs());
  }

  /**
   * A connection was lost, together with those of all other clients perhaps.
   *
   * @param missingConnections of the minimum, this one included
   * @param lastedMs since it was established
   */
  lost(missingConnections: number, lastedMs: number): void {
    if (this.#timer !== undefined) return;
    const { initialBackoffMs, spreadMs } = this.#options;
    if (lastedMs < initialBackoffMs) this.#wait(this.#nextBackoffMs());
    else if (spreadMs > 0)
      this.#wait(firstReconnectDelay(this.#random, missingConnections, { windowMs: spreadMs }));
  }

  /**
   * Somebody waits for a connection. No call should give up without an attempt having been made for
   * it, so what is due later than `withinMs` is moved to a random moment in the second half of that
   * time. Attempts do not come faster than the first wait after a failure allows.
   */
  hurry(withinMs: number): void {
    const limitMs = Math.max(withinMs, this.#options.initialBackoffMs);
    if (this.#timer === undefined || this.#dueAt - this.#clock.now() <= limitMs) return;
    this.stop();
    this.#wait(limitMs * (0.5 + this.#random() / 2));
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #nextBackoffMs(): number {
    if (this.#clock.now() - this.#succeededAt >= this.#options.initialBackoffMs) {
      this.#backoff.reset();
      this.#succeededAt = Number.POSITIVE_INFINITY;
    }
    return this.#backoff.next();
  }

  #wait(delayMs: number): void {
    this.#dueAt = this.#clock.now() + delayMs;
    this.#timer = this.#clock.schedule(delayMs, () => {
      this.#timer = undefined;
      this.#onDue();
    });
  }
}
