/** The part of the clock that the diagnosis needs; `systemClock` is one. */
export interface WorkerClock {
  /** Monotonic milliseconds, fractional; comparable only within one thread. */
  now(): number;
  /** Milliseconds since the Unix epoch, for people. */
  wallNow(): number;
  /** Runs `callback` once after `delayMs`; the timer keeps the thread alive when `keepsAlive` says so. */
  schedule(delayMs: number, callback: () => void, keepsAlive?: boolean): { cancel(): void };
}

/** `process.hrtime.bigint`: nanoseconds on the one clock that all threads of the process read alike. */
export type SharedTime = () => bigint;
