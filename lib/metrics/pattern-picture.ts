/**
 * What one pattern with a handler cost, counted from the first time that somebody asked. There are as many
 * as there are handlers: patterns that peers make up are not among them.
 */
export interface PatternPicture {
  readonly pattern: string;
  readonly isEvent: boolean;
  /** Handed to the handler. */
  readonly calls: number;
  /**
   * Of those that ended: the handler failed, its reply could not be sent, the deadline passed, or the
   * drain's time was up. A caller that gave up or went away is no error.
   */
  readonly errors: number;
  readonly inFlight: number;
  /** From the handler's begin to the end of its reply, per bucket of `DURATION_BUCKETS_MS`, the last for everything longer. */
  readonly durations: readonly number[];
  readonly durationSumMs: number;
}
