/** Counts the end of a piece of work that it saw begin. Called on the data path: must be quick, and must not throw. */
export interface WorkTally {
  /** @param begunAt what was noted at the begin, on the clock of the tally */
  ended(begunAt: number, hasFailed: boolean): void;
}
