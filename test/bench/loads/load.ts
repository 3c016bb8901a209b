/** What a load did while its window was open. */
export interface LoadCount {
  /** Calls answered, items received or events delivered. */
  completed: number;
  latency?: { p50Us: number; p99Us: number };
  /** Large messages answered beside the counted calls. */
  besides?: number;
}

/** Work that a client process does until it is stopped; only what happens in an open window is counted. */
export interface Load {
  /** Why the load gave up; the round is then worthless. */
  readonly failure: Error | undefined;
  start(): void;
  openWindow(): void;
  closeWindow(): LoadCount;
  /** Resolves when nothing is in flight any more. */
  stop(): Promise<void>;
}
