/**
 * How many connections an endpoint should have.
 *
 * The number follows the load between two watermarks: above `highWatermark` calls in flight per
 * connection one more is opened, and when fewer connections would still stay below `lowWatermark` for a
 * while, one is retired. The distance between the marks, at most one change per second, and the wait
 * before retiring keep it from flapping. A connection without any call is retired after the idle
 * timeout. The minimum is kept at all times, and the maximum is never exceeded by what counts: an
 * expired connection does not, so that its replacement can be ready before it goes.
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

export interface SizingView {
  /** Being established. */
  readonly connecting: number;
  /** Ready and not expired. */
  readonly ready: number;
  /** Calls in flight on them. */
  readonly pending: number;
  /** Calls wait that no connection can take. */
  readonly hasWaiters: boolean;
  readonly msSinceChange: number;
  /** Looks in a row that found the load low. */
  readonly lowLooks: number;
  /** How long the most idle ready connection has had no call, in ms; 0 when all are in use. */
  readonly longestIdleMs: number;
}

export type SizingDecision =
  | { readonly action: 'grow'; readonly connections: number }
  | { readonly action: 'retire'; readonly cause: 'low-watermark' | 'idle' }
  | { readonly action: 'hold' };

const HOLD: SizingDecision = { action: 'hold' };

export function decideSize(view: SizingView, limits: SizingLimits): SizingDecision {
  const live = view.ready + view.connecting;
  const wanted = Math.max(limits.minConnections, view.hasWaiters ? 1 : 0);
  if (live < wanted)
    return { action: 'grow', connections: Math.min(wanted, limits.maxConnections) - live };
  if (view.msSinceChange < CHANGE_INTERVAL_MS) return HOLD;
  if (mayGrow(view, limits)) return { action: 'grow', connections: 1 };
  if (view.ready <= limits.minConnections || view.connecting > 0 || view.hasWaiters) return HOLD;
  if (view.longestIdleMs >= limits.idleTimeoutMs) return { action: 'retire', cause: 'idle' };
  if (view.lowLooks >= LOW_LOOKS) return { action: 'retire', cause: 'low-watermark' };
  return HOLD;
}

/** Whether one connection less would still be below the low watermark. */
export function isLoadLow(
  view: Pick<SizingView, 'ready' | 'pending'>,
  limits: SizingLimits,
): boolean {
  return view.ready > 1 && view.pending < limits.lowWatermark * (view.ready - 1);
}

function mayGrow(view: SizingView, limits: SizingLimits): boolean {
  const live = view.ready + view.connecting;
  if (live >= limits.maxConnections || view.connecting > 0) return false;
  return view.hasWaiters || view.pending > limits.highWatermark * view.ready;
}
