/** How often each cause of a closed list occurred. */
export type CountsByCause<Cause extends string> = Readonly<Record<Cause, number>>;

/** Counts by cause, every cause of the list present from the start. */
export class CauseCounts<Cause extends string> {
  readonly #counts: Record<Cause, number>;

  constructor(causes: readonly Cause[]) {
    this.#counts = Object.fromEntries(causes.map((cause) => [cause, 0])) as Record<Cause, number>;
  }

  add(cause: Cause): void {
    this.#counts[cause]++;
  }

  snapshot(): CountsByCause<Cause> {
    return Object.freeze({ ...this.#counts });
  }
}
