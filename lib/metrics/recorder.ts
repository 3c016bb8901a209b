import type { ConnectFailureCause } from './causes.js';

/** How a call ended. */
export type CallOutcome = 'succeeded' | 'failed' | 'cancelled' | 'deadlineExceeded';

/**
 * Told how long things took. Everything that is only counted stands in the snapshots. Called on the
 * data path: must be quick, and must not throw.
 */
export interface Recorder {
  /** A call was settled, all its attempts included. */
  recordCall(pattern: string, outcome: CallOutcome, durationMs: number): void;

  /** An attempt to connect ended: with a ready connection, or for a cause. */
  recordConnect(
    address: string,
    outcome: 'established' | ConnectFailureCause,
    durationMs: number,
  ): void;
}

/** Records nothing. */
export const noRecorder: Recorder = Object.freeze({
  recordCall() {},
  recordConnect() {},
});
