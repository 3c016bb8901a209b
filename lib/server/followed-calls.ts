import type { FollowedCall } from '../common/call-scope.js';

/** So many may be there before those that are settled are looked for. */
const MIN_SWEEP = 16;

/**
 * The calls that a handler has made and that end with its work. A call does not say when it is settled, so
 * those that are are swept out whenever the list has doubled: it holds at most twice as many as are running.
 */
export class FollowedCalls {
  private calls: FollowedCall[] = [];
  private sweepAt = MIN_SWEEP;

  get size(): number {
    return this.calls.length;
  }

  add(call: FollowedCall): void {
    if (this.calls.length >= this.sweepAt) this.sweep();
    this.calls.push(call);
  }

  giveUp(cause: Error): void {
    for (const call of this.calls.splice(0)) call.giveUp(cause);
  }

  private sweep(): void {
    this.calls = this.calls.filter((call) => !call.isSettled);
    this.sweepAt = Math.max(MIN_SWEEP, 2 * this.calls.length);
  }
}
