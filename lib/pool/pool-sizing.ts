/**
 * How many connections an endpoint should have.
 *
 * The number follows the load between two watermarks: above `highWatermark` calls in flight per
 * connection one more is opened, and when fewer connections would still stay below `lowWatermark` for a
 * while, one is retired. The distance between the marks, at most one change per second, and the wait
 * before retiring keep it from flapping. A connection without any call is retired after the idle
 * timeout. The minimum is kept at all times, and the maximum is never exceeded by what counts.
 *
 * A connection that has reached its lifetime does not count: its replacement is opened first, and it
 * is retired when that is ready, or at once when the others can do with its load. Replacing one by one
 * keeps the number as it was. Only where the limit of all endpoints together leaves no room for a
 * replacement does it go first, in a moment when it has no calls.
 */

/** The time between two changes that follow the load, in ms. */
export const CHANGE_INTERVAL_MS = 1_000;

/** How many looks in a row, one a second, must find the load low before a connection is retired. */
const LOW_LOOKS = 5;

export interface SizingLimits {
  readonly minConnections: number;
  readonly maxConnections: number;
  readonly highWatermark: number;
  readonly lowWatermark: number;
  readonly idleTimeoutMs: number;
}

export interface SizingFacts {
  /** Being established. */
  readonly connecting: number;
  /** Ready and not expired. */
  readonly ready: number;
  /** Ready, but past their lifetime. */
  readonly expired: number;
  /** Calls in flight on all that are ready. */
  readonly pending: number;
  /** Calls in flight, also on those that drain: so much will go to the others. */
  readonly inFlight: number;
  /** Somebody waits that no connection can take. */
  readonly isDemanded: boolean;
  /** The limit of all endpoints together leaves room for another connection. */
  readonly mayOpen: boolean;
  /** How long the most idle ready connection has had no call, in ms; 0 when all are in use. */
  readonly longestIdleMs: number;
}

export interface SizingView extends SizingFacts {
  readonly msSinceChange: number;
  /** Looks in a row that found the load low. */
  readonly lowLooks: number;
}

export type SizingDecision =
  /** `isLoadDriven`: it counts against the number of changes. */
  | { readonly action: 'grow'; readonly connections: number; readonly isLoadDriven: boolean }
  | { readonly action: 'retire'; readonly which: 'expired' | 'idle' | 'least-busy' }
  | { readonly action: 'hold' };

const HOLD: SizingDecision = { action: 'hold' };
const REPLACE: SizingDecision = { action: 'grow', connections: 1, isLoadDriven: false };
const RETIRE_EXPIRED: SizingDecision = { action: 'retire', which: 'expired' };
const RETIRE_LEAST_BUSY: SizingDecision = { action: 'retire', which: 'least-busy' };

export function decideSize(view: SizingView, limits: SizingLimits): SizingDecision {
  const live = view.ready + view.connecting;
  const needed = Math.max(limits.minConnections, view.isDemanded && view.expired === 0 ? 1 : 0);
  if (live < needed && view.mayOpen)
    return { action: 'grow', connections: needed - live, isLoadDriven: false };
  if (view.expired > 0) return decideReplacement(view, limits);
  return view.msSinceChange < CHANGE_INTERVAL_MS ? HOLD : followLoad(view, limits);
}

function followLoad(view: SizingView, limits: SizingLimits): SizingDecision {
  // The maximum was lowered meanwhile.
  if (view.ready > limits.maxConnections) return RETIRE_LEAST_BUSY;
  if (view.mayOpen && wantsMore(view, limits))
    return { action: 'grow', connections: 1, isLoadDriven: true };
  if (view.ready <= limits.minConnections || view.connecting > 0 || view.isDemanded) return HOLD;
  if (view.longestIdleMs >= limits.idleTimeoutMs) return { action: 'retire', which: 'idle' };
  return view.lowLooks >= LOW_LOOKS ? RETIRE_LEAST_BUSY : HOLD;
}

/** Whether one connection less would still be below the low watermark. */
export function isLoadLow(
  view: Pick<SizingView, 'ready' | 'pending'>,
  limits: SizingLimits,
): boolean {
  return view.ready > 1 && view.pending < limits.lowWatermark * (view.ready - 1);
}

function decideReplacement(view: SizingView, limits: SizingLimits): SizingDecision {
  const isSpare = view.ready >= limits.minConnections && isLightFor(view.ready, view, limits);
  if (isSpare) return RETIRE_EXPIRED;
  if (!view.mayOpen) return view.ready > 0 || view.pending === 0 ? RETIRE_EXPIRED : HOLD;
  const live = view.ready + view.connecting;
  return view.connecting === 0 && live < limits.maxConnections ? REPLACE : HOLD;
}

function isLightFor(connections: number, { inFlight }: SizingView, limits: SizingLimits): boolean {
  return inFlight <= limits.lowWatermark * connections;
}

function wantsMore(view: SizingView, limits: SizingLimits): boolean {
  const live = view.ready + view.connecting;
  if (live >= limits.maxConnections || view.connecting > 0) return false;
  return view.isDemanded || view.pending > limits.highWatermark * view.ready;
}
