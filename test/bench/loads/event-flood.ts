import { setTimeout as wait } from 'node:timers/promises';
import type { Load, LoadCount } from './load.js';

export interface EventFloodOptions {
  emit: () => void;
  /** Asks the server, on the same client, how many events its handler has had. */
  askDelivered: () => Promise<number>;
  /** Events that may be on their way. */
  outstanding: number;
}

const LOST_AFTER_MS = 5_000;

/**
 * Emits events as fast as they are delivered. When `emit()` completes says nothing of delivery and differs between
 * transports, so the bound on what is outstanding comes from the server's own count, asked for four times per window.
 */
export class EventFlood implements Load {
  failure: Error | undefined;
  readonly #options: EventFloodOptions;
  readonly #eventsPerQuestion: number;
  #isRunning = false;
  #questions = 0;
  #emitted = 0;
  #delivered = 0;

  constructor(options: EventFloodOptions) {
    this.#options = options;
    this.#eventsPerQuestion = Math.ceil(options.outstanding / 4);
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
        this.#fail(
          new Error(
            `${this.#emitted - this.#delivered} of ${this.#emitted} events were not delivered`,
          ),
        );
      }
    }
  }

  #pump(): void {
    while (this.#isRunning && this.#emitted - this.#delivered < this.#options.outstanding) {
      this.#emitted += 1;
      this.#options.emit();
      if (this.#emitted % this.#eventsPerQuestion === 0) {
        this.#ask();
      }
    }
    if (this.#isRunning && this.#questions === 0) {
      this.#ask();
    }
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
