/**
 * Events are not answered, so a peer may send them faster than they are handled, and each one in work
 * holds memory. Above a limit the peer is not read, and the kernel holds it back.
 */
export class EventThrottle {
  readonly #max: number;
  readonly #pause: () => void;
  readonly #resume: () => void;
  #inWork = 0;
  #isPaused = false;

  /** @param max events in work from which on `pause` is in force, until half of them are done */
  constructor(max: number, pause: () => void, resume: () => void) {
    this.#max = max;
    this.#pause = pause;
    this.#resume = resume;
  }

  get inWork(): number {
    return this.#inWork;
  }

  begin(): void {
    this.#inWork++;
    if (this.#inWork < this.#max || this.#isPaused) return;
    this.#isPaused = true;
    this.#pause();
  }

  end(): void {
    this.#inWork--;
    if (!this.#isPaused || this.#inWork > this.#max / 2) return;
    this.#isPaused = false;
    this.#resume();
  }
}
