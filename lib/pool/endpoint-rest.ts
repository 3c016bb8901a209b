import type { Clock } from '../common/clock.js';

/** A server that asks for a longer pause is taken at its word for this long. */
const MAX_REST_MS = 60_000;

/**
 * How long an endpoint asked to be left alone, by the retry-after of what it rejected. Meanwhile it
 * counts as busy: calls go there only where no other is ready. The clock is read during a rest only.
 */
export class EndpointRest {
  readonly #clock: Clock;
  #until: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isOn(): boolean {
    return this.#until !== undefined && this.leftMs > 0;
  }

  /** In ms; 0 when it does not rest. */
  get leftMs(): number {
    if (this.#until === undefined) return 0;
    const leftMs = this.#until - this.#clock.now();
    if (leftMs > 0) return leftMs;
    this.#until = undefined;
    return 0;
  }

  /** Rests from now on for so long; a longer rest that has begun goes on. */
  begin(ms: number): void {
    const until = this.#clock.now() + Math.min(ms, MAX_REST_MS);
    if (until > (this.#until ?? 0)) this.#until = until;
  }
}
