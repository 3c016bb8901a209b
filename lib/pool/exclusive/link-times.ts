/** How long a link that has just been opened or validated counts as good at least, in ms. */
const FRESH_MS = 10;

export interface LinkTimesOptions {
  readonly startedAt: number;
  /** How old it may grow once it is open, in ms. */
  readonly lifetimeMs: number;
  readonly validateAfterIdleMs: number;
}

/** When what happened to a link; all on the clock of its pool. */
export class LinkTimes {
  readonly #options: LinkTimesOptions;
  #openedAt: number | undefined;
  #usedAt = 0;
  #checkedAt = 0;
  #checkMs: number | undefined;
  #freshUntil = 0;

  constructor(options: LinkTimesOptions) {
    this.#options = options;
  }

  /** How long opening took, in ms. */
  get connectMs(): number {
    const { startedAt } = this.#options;
    return (this.#openedAt ?? startedAt) - startedAt;
  }

  /** How long the last validation took, in ms; `undefined` before the first. */
  get checkMs(): number | undefined {
    return this.#checkMs;
  }

  /** Since it was opened, in ms; 0 before. */
  ageMs(now: number): number {
    return now - (this.#openedAt ?? now);
  }

  isExpired(now: number): boolean {
    return this.ageMs(now) >= this.#options.lifetimeMs;
  }

  /** Since its last lease ended, in ms. */
  unusedMs(now: number): number {
    return now - this.#usedAt;
  }

  /** Since its last lease or validation, in ms. */
  uncheckedMs(now: number): number {
    return now - Math.max(this.#usedAt, this.#checkedAt);
  }

  /** It is known to be good, as far as that goes. */
  isFresh(now: number): boolean {
    return now < this.#freshUntil;
  }

  opened(now: number): void {
    this.#openedAt = this.#usedAt = now;
    this.#freshen(now);
  }

  used(now: number): void {
    this.#usedAt = now;
    this.#freshUntil = now + this.#options.validateAfterIdleMs;
  }

  checked(startedAt: number, now: number): void {
    this.#checkedAt = now;
    this.#checkMs = now - startedAt;
    this.#freshen(now);
  }

  #freshen(now: number): void {
    this.#freshUntil = now + Math.max(this.#options.validateAfterIdleMs, FRESH_MS);
  }
}
