/** What an operator wants of one endpoint, above what the pool would do by itself. */
export interface EndpointOverride {
  /** In place of the weight that discovery tells. */
  weight?: number;
  /** Gets calls only where no other endpoint takes them. */
  isEjected: boolean;
  /** Gets no calls; its connections are closed when theirs are done, and none is opened. */
  isDrained: boolean;
}
