/**
 * The wait before the first attempt to replace a lost connection. Nothing has failed to connect yet,
 * so there is no backoff, but an instance that restarts is lost by all its clients in the same
 * moment. A client cannot see the others; it sees its own share of the loss. So every client comes
 * back at the same mean rate, one connection per window, however many it has lost.
 */
import type { Random } from '../common/random.js';

export interface ReconnectSpread {
  /** The window for one lost connection, in ms. Default 2000: of 500 clients about 5 % in any 100 ms. */
  readonly windowMs?: number;
  /** The widest window, in ms. Default 16 000. */
  readonly maxWindowMs?: number;
}

/**
 * @param lostConnections how many connections to the endpoint are missing, this one included
 * @returns how long to wait, in ms
 */
export function firstReconnectDelay(
  random: Random,
  lostConnections: number,
  spread: ReconnectSpread = {},
): number {
  const { windowMs = 2_000, maxWindowMs = 16_000 } = spread;
  return random() * Math.min(windowMs * Math.max(lostConnections, 1), maxWindowMs);
}
