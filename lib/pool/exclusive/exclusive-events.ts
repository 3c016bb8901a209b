import type { ConnectionEvent, PoolEvents } from '../pool-events.js';

/** A lease that was held for longer than `leakThresholdMs`. */
export interface LeaseLeakedEvent extends ConnectionEvent {
  /** How long it has been held, in ms. */
  readonly heldMs: number;
  /** Who took it: the stack of the call of `acquire` or `use`. */
  readonly stack: string;
}

/** What an exclusive pool tells: all that other pools tell of their connections, and of leases. */
export interface ExclusivePoolEvents extends PoolEvents {
  /** Once for each lease that is held for too long. */
  leaseLeaked: LeaseLeakedEvent;
}

/** A leak on several lines, for a log. */
export function leakText({ pool, endpoint, heldMs, stack }: LeaseLeakedEvent): string {
  const seconds = Math.round(heldMs / 1_000);
  return `${pool}: a lease of a link to ${endpoint} has been held for ${seconds} s; it was taken\n${stack}`;
}
