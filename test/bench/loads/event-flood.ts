import { setTimeout as wait } from 'node:timers/promises';
import type { CallObserver } from '../peers/peer.js';
import type { Load, LoadCount } from './load.js';

export interface EventFloodOptions {
  emit: (observer: CallObserver) => void;
  /** Asks the server, on the same client, how many events its handler has had. */
  askDelivered: () => Promise<number>;
  /** Events whose `emit()` may be incomplete. */
  inFlight: number;
  /** Events that may be undelivered. */
  outstanding: number;
}

const LOST_AFTER_MS = 5_000;

/**
 * Emits events as fast as they are taken. A fixed number of `emit()` calls is kept in flight, which suits the stock
 * transport best. When `emit()` completes says nothing of delivery and differs between transports, so the server's own
 * count, asked for four times per bound, limits what is outstanding.
 */
export class EventFlood implements Load {
  failure: Error | undefined;
  readonly #options: EventFloodOptions;
  readonly #eventsPerQuestion: number;
  readonly #observer: CallObserver;
  #isRunning = false;
  #isPumping = false;
  #inFlight = 0;
  #questions = 0;
  #emitted = 0;
  #delivered = 0;

  constructor(options: EventFloodOptions) {
    this.#options = options;
    this.#eventsPerQuestion = Math.ceil(options.outstanding / 4);
    this.#observer = {
      next: () => {},
      error: (error) => this.#fail(error),
      complete: () => {
        this.#inFlight -= 1;
        this.#pump();
      },
    };
  }

  start(): void {
    this.#isRunning = true;
    this.#options.askDelivered().then(
      (delivered) => {
        this.#emitted = delivered;
        this.#delivered = delivered;
        this.#pump();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  openWindow(): void {}

  /** The server counts what was delivered in its own window. */
  closeWindow(): LoadCount {
    return { completed: 0 };
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    const givesUpAt = performance.now() + LOST_AFTER_MS;
    while (!this.failure && (this.#questions > 0 || this.#delivered < this.#emitted)) {
      await wait(5);
      if (this.#questions === 0 && this.#delivered < this.#emitted) {
        this.#ask();
      }
      if (performance.now() > givesUpAt) {
        const lost = this.#emitted - this.#delivered;
        this.#fail(new Error(`${lost} of ${this.#emitted} events were not delivered`));
      }
    }
  }

  /** A loop, not a recursion: an `emit()` may complete before it returns. */
  #pump(): void {
    if (this.#isPumping) {
      return;
    }
    this.#isPumping = true;
    while (this.#isRunning && this.#inFlight < this.#options.inFlight && !this.#isBoundReached()) {
      this.#emitted += 1;
      this.#inFlight += 1;
      this.#options.emit(this.#observer);
      if (this.#emitted % this.#eventsPerQuestion === 0) {
        this.#ask();
      }
    }
    this.#isPumping = false;
    if (this.#isRunning && this.#questions === 0 && this.#isBoundReached()) {
      this.#ask();
    }
  }

  #isBoundReached(): boolean {
    return this.#emitted - this.#delivered >= this.#options.outstanding;
  }

  #ask(): void {
    this.#questions += 1;
    this.#options.askDelivered().then(
      (delivered) => {
        this.#questions -= 1;
        this.#delivered = Math.max(this.#delivered, delivered);
        this.#pump();
      },
      (error: unknown) => {
        this.#questions -= 1;
        this.#fail(error);
      },
    );
  }

  #fail(error: unknown): void {
    this.failure ??=
      error instanceof Error ? error : new Error(`an event failed with ${JSON.stringify(error)}`);
    this.#isRunning = false;
  }
}
