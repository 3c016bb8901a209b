import type { EjectionCause } from './causes.js';

/** Whether an endpoint is trusted with calls, by how they ended. What an operator ejects is not told here. */
export interface EjectionSnapshot {
  /** `ejected`: gets calls only where no other endpoint takes them. `probing`: its time is over, and single calls decide. */
  readonly state: 'none' | 'ejected' | 'probing';
  /** Of the last ejection; `undefined` before the first. */
  readonly cause: EjectionCause | undefined;
  /** Ejections since the start. */
  readonly count: number;
  /** Until it is probed; `undefined` when it is not ejected. */
  readonly remainingMs: number | undefined;
}

/** The circuit breakers of patterns. All zero where there are none. */
export interface CircuitsSnapshot {
  /** Patterns whose calls fail at once, or of which single calls are let through to see whether they work again. */
  readonly open: number;
  /** How often a circuit opened, since the start. */
  readonly openings: number;
  /** Calls that failed for an open circuit, since the start. */
  readonly refused: number;
}
