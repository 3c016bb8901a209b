import type { Clock } from '../../common/clock.js';
import type { ExclusiveLink } from './exclusive-link.js';
import type { Lease } from './lease.js';
import type { LeaseClaim } from './lease-waiter.js';

/** A lease that is out, and since when. */
export interface HeldLease<Resource> {
  readonly lease: Lease<Resource>;
  readonly link: ExclusiveLink<Resource>;
  readonly claim: LeaseClaim;
  readonly heldSince: number;
  isReported: boolean;
}

/** Enough to find the place, also where helpers lie between. */
const STACK_FRAMES = 10;

/**
 * Finds leases that nobody returns, and says who took them. The place is taken down with every lease, as
 * V8 notes it, which costs some microseconds; it becomes text only for a lease that is reported.
 */
export class LeakWatch {
  readonly #clock: Clock;
  readonly #thresholdMs: number;
  #reported = 0;

  /** @param thresholdMs 0 switches it off */
  constructor(clock: Clock, thresholdMs: number) {
    this.#clock = clock;
    this.#thresholdMs = thresholdMs;
  }

  /** Leases that were ever reported. */
  get reported(): number {
    return this.#reported;
  }

  /** Notes who is calling. @param below the function whose caller is meant */
  trace(below: (...args: never[]) => unknown): { readonly stack?: string } | undefined {
    if (this.#thresholdMs === 0) return undefined;
    const trace: { stack?: string } = {};
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = STACK_FRAMES;
    Error.captureStackTrace(trace, below);
    Error.stackTraceLimit = stackTraceLimit;
    return trace;
  }

  /** Reports each lease that is held for too long, once. */
  look<Resource>(
    held: Iterable<HeldLease<Resource>>,
    report: (held: HeldLease<Resource>, heldMs: number, stack: string) => void,
  ): void {
    if (this.#thresholdMs === 0) return;
    const now = this.#clock.now();
    for (const each of held) {
      const heldMs = now - each.heldSince;
      if (each.isReported || heldMs < this.#thresholdMs) continue;
      each.isReported = true;
      this.#reported++;
      report(each, heldMs, framesOf(each.claim.trace?.stack));
    }
  }
}

/** Without the first line, which names no error. */
function framesOf(stack = ''): string {
  return stack.slice(stack.indexOf('\n') + 1);
}
