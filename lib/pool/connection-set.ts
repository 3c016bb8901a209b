import { HealthClass } from '../balancing/balanced-node.js';
import type { SizingFacts } from './pool-sizing.js';
import type { PooledConnection } from './pooled-connection.js';

/** The connections to one endpoint, in whatever state, and what is to be known of them as a whole. */
export class ConnectionSet {
  readonly #all = new Set<PooledConnection>();
  #ready: PooledConnection[] = [];

  get all(): ReadonlySet<PooledConnection> {
    return this.#all;
  }

  /** Those that take calls. */
  get ready(): readonly PooledConnection[] {
    return this.#ready;
  }

  get isEmpty(): boolean {
    return this.#all.size === 0;
  }

  get connecting(): number {
    let connecting = 0;
    for (const pooled of this.#all) if (pooled.isConnecting) connecting++;
    return connecting;
  }

  /** The best class of any. */
  get healthClass(): HealthClass {
    let best: HealthClass = HealthClass.Unavailable;
    for (const pooled of this.#ready) {
      const { healthClass } = pooled;
      if (healthClass === HealthClass.Ready) return healthClass;
      if (healthClass < best) best = healthClass;
    }
    return best;
  }

  /** Calls on those that take more of them. */
  get pending(): number {
    let pending = 0;
    for (const pooled of this.#ready) pending += pooled.pending;
    return pending;
  }

  /** Calls on all, those that drain included. */
  get inFlight(): number {
    let inFlight = 0;
    for (const pooled of this.#all) inFlight += pooled.pending;
    return inFlight;
  }

  add(pooled: PooledConnection): void {
    this.#all.add(pooled);
  }

  /** @returns whether it was one of those that take calls */
  remove(pooled: PooledConnection): boolean {
    this.#all.delete(pooled);
    return this.leave(pooled);
  }

  /** It takes calls from now on. */
  join(pooled: PooledConnection): void {
    this.#ready = [...this.#ready, pooled];
  }

  /**
   * It takes no calls any more.
   *
   * @returns whether it did before
   */
  leave(pooled: PooledConnection): boolean {
    const left = this.#ready.filter((each) => each !== pooled);
    const wasReady = left.length < this.#ready.length;
    this.#ready = left;
    return wasReady;
  }

  /** Takes note of which were used since the last look. */
  look(now: number): void {
    for (const pooled of this.#ready) pooled.look(now);
  }

  /** What the size depends on. */
  facts(now: number): Omit<SizingFacts, 'isDemanded' | 'mayOpen'> {
    // What is just being lost has told its calls, but not its owner: it still holds its place, or it
    // would be replaced without a wait.
    const parting = this.#ready.filter((pooled) => !pooled.isReady).length;
    const fresh = this.#ready.filter((pooled) => pooled.isReady && !pooled.isExpired(now));
    return {
      connecting: this.connecting + parting,
      ready: fresh.length,
      expired: this.#ready.length - fresh.length - parting,
      pending: this.pending,
      inFlight: this.inFlight,
      longestIdleMs: fresh.reduce((longest, pooled) => Math.max(longest, pooled.idleMs(now)), 0),
    };
  }

  /** Of those that take calls, the one that has reached its lifetime, the oldest first. */
  oldestExpired(now: number): PooledConnection | undefined {
    return this.#ready
      .filter((pooled) => pooled.isExpired(now))
      .reduce<PooledConnection | undefined>(
        (oldest, each) =>
          oldest === undefined || each.ageMs(now) > oldest.ageMs(now) ? each : oldest,
        undefined,
      );
  }

  mostIdle(now: number): PooledConnection | undefined {
    return this.#best((a, b) => b.idleMs(now) - a.idleMs(now));
  }

  leastBusy(): PooledConnection | undefined {
    return this.#best((a, b) => a.pending - b.pending);
  }

  #best(
    compare: (a: PooledConnection, b: PooledConnection) => number,
  ): PooledConnection | undefined {
    return [...this.#ready].sort(compare)[0];
  }
}
