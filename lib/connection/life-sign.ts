import type { Clock, Timer } from '../common/clock.js';

/**
 * An end that does not read answers no pings, and one whose own heartbeat is slower than its peer's, or
 * switched off, would be taken for dead. While it does not read it therefore says at the peer's pace
 * that it is there.
 */
export class LifeSign {
  readonly #clock: Clock;
  readonly #send: () => void;
  #intervalMs = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock, send: () => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** @param peerIntervalMs how often the peer expects to hear something; 0 when it does not care */
  agree(peerIntervalMs: number): void {
    // Twice as often, so that a peer that allows a single miss is heard in every interval of its own.
    this.#intervalMs = peerIntervalMs / 2;
  }

  start(): void {
    if (this.#intervalMs > 0 && this.#timer === undefined) this.#schedule();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #schedule(): void {
    this.#timer = this.#clock.schedule(this.#intervalMs, () => {
      this.#schedule();
      this.#send();
    });
  }
}
