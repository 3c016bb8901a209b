import type { PeakEwma } from './peak-ewma.js';

/**
 * How well a node is, the best first. A picker takes no node of a class while a better one has any.
 * The numbers only order: what makes a node busy or ejected is decided by whoever owns it.
 */
export const HealthClass = {
  /** Takes calls. */
  Ready: 0,
  /** Lives, but answers late, or has as much work as it should have. */
  Busy: 1,
  /** Has no connection yet; a call would have to wait for one. */
  Connecting: 2,
  /** Failed too often lately; better than nothing. */
  Ejected: 3,
  /** Takes no call at all: never picked. */
  Unavailable: 4,
} as const;

export type HealthClass = (typeof HealthClass)[keyof typeof HealthClass];

/** All that balancing knows of an endpoint, or of a connection. Read on every pick, so it must be cheap. */
export interface BalancedNode {
  readonly healthClass: HealthClass;
  /** Calls in flight. */
  readonly pending: number;
  /** Share of the work in comparison with the others; 0: picked only where no other node takes calls. */
  readonly weight: number;
}

/** A node whose answers are timed. */
export interface TimedNode extends BalancedNode {
  /** `undefined` where nobody wants to know. */
  readonly latency: PeakEwma | undefined;
}

/** A node that is somewhere. */
export interface ZonedNode extends BalancedNode {
  readonly zone: string | undefined;
}

/** A node that every client knows by the same number. */
export interface HashedNode extends BalancedNode {
  /** 32 bits. */
  readonly hash: number;
}
