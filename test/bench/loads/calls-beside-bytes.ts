import type { CallLoop } from './call-loop.js';
import type { Load, LoadCount } from './load.js';
import type { PacedCalls } from './paced-calls.js';

/** Small calls in a closed loop beside large ones at a fixed rate; the small ones are counted. */
export class CallsBesideBytes implements Load {
  readonly #small: CallLoop;
  readonly #large: PacedCalls;

  constructor(small: CallLoop, large: PacedCalls) {
    this.#small = small;
    this.#large = large;
  }

  get failure(): Error | undefined {
    if (this.#large.failure !== undefined) {
      this.#small.fail(this.#large.failure);
    }
    return this.#small.failure;
  }

  start(): void {
    this.#small.start();
    this.#large.start();
  }

  openWindow(): void {
    this.#small.openWindow();
    this.#large.completed = 0;
  }

  closeWindow(): LoadCount {
    return { ...this.#small.closeWindow(), besides: this.#large.completed };
  }

  async stop(): Promise<void> {
    await Promise.all([this.#small.stop(), this.#large.stop()]);
  }
}
