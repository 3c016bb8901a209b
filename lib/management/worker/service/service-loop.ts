import type { BeatObserver } from '../diagnostics/beat-observer.js';
import type { WorkerClock } from '../worker-clock.js';

/** A loop that has not beaten for longer is not waited for: an answer is due within 100 ms. */
const STILL_MS = 80;
const LOOK_INTERVAL_MS = 10;

/**
 * `silent`: the service's loop stands still, and what was asked of it waits. `late`: the loop turns, but
 * the answer did not come within its limit.
 */
export type LoopOutcome<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  | { readonly kind: 'silent'; readonly silentMs: number }
  | { readonly kind: 'late' };

/** The service's event loop, as seen from its heartbeat. */
export class ServiceLoop {
  constructor(
    private readonly beats: BeatObserver,
    private readonly clock: WorkerClock,
  ) {}

  /** For how long it has not beaten, in ms; 0 before its first beat. */
  get silentMs(): number {
    return this.beats.silentMs ?? 0;
  }

  /** Whether waiting for it makes no sense now. */
  get isStill(): boolean {
    return this.silentMs > STILL_MS;
  }

  /** Waits for work of the service, but no longer than its loop turns. What `work` rejects with is passed on. */
  async waitFor<Value>(work: Promise<Value>, limitMs: number): Promise<LoopOutcome<Value>> {
    const deadline = this.clock.now() + limitMs;
    const done = work.then((value) => ({ kind: 'done' as const, value }));
    let last: LoopOutcome<Value> | undefined;
    while (last === undefined) {
      last = await Promise.race([done, this.pause()]);
      if (last !== undefined) break;
      if (this.isStill) last = { kind: 'silent', silentMs: this.silentMs };
      else if (this.clock.now() >= deadline) last = { kind: 'late' };
    }
    if (last.kind !== 'done') done.catch(() => undefined);
    return last;
  }

  private pause(): Promise<undefined> {
    return new Promise((resolve) => {
      this.clock.schedule(LOOK_INTERVAL_MS, () => resolve(undefined), true);
    });
  }
}
