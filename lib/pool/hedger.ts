/**
 * A second chance for slow calls. However good a service is on average, now and then an instance
 * pauses, and who calls many meets one of them each time. A call that may run twice, and that takes
 * longer than nearly all of its kind, is therefore sent to a second endpoint as well. The first answer
 * counts, and the other attempt is cancelled. Since only the slowest few are hedged, the load grows by
 * about as little; and hedges spend from the same budget as retries, so that they stop when everything
 * is slow.
 *
 * A call waits for its hedge in the wheel of deadlines, by the entry that it has anyway: the wheel wakes
 * it at the time of the hedge first. A hedge is a stream of its own, made only then. The call takes the
 * place of the one that is answered first in the ledger of its connection, so that from there on it is
 * a call like any other.
 *
 * Source: Dean and Barroso, "The Tail at Scale" (CACM 56:2, 2013); gRPC proposal A6, hedging.
 */
import { HealthClass } from '../balancing/balanced-node.js';
import type { Clock } from '../common/clock.js';
import type { Processed } from '../errors/error-codes.js';
import type { SocketPoolError } from '../errors/socket-pool-error.js';
import type { DeadlineWheel } from '../resilience/deadline-wheel.js';
import type { RetryBudget } from '../resilience/retry-budget.js';
import type { CallOutcome } from './call.js';
import { Call } from './call.js';
import type { Dispatched } from './dispatched.js';
import type { EndpointPool } from './endpoint-pool.js';
import type { EndpointPools } from './endpoint-pools.js';
import type { HedgeOwner, HedgeTarget } from './hedge.js';
import { Hedge } from './hedge.js';
import { HedgeDelays } from './hedge-delays.js';
import type { Idempotency } from './idempotency.js';
import type { InFlight } from './in-flight.js';
import type { PoolOptions } from './pool-options.js';
import type { PoolStatistics } from './pool-statistics.js';

export interface HedgerDependencies {
  readonly clock: Clock;
  readonly wheel: DeadlineWheel;
  readonly endpoints: Pick<EndpointPools, 'pick'>;
  readonly statistics: PoolStatistics;
  readonly budget: RetryBudget;
  readonly idempotency: Idempotency;
  readonly inFlight: InFlight;
  /** There is room for another call. */
  readonly onRoom: () => void;
}

/** How often an endpoint is drawn that must be none of those that are at it already. */
const MAX_DRAWS = 8;

/** What a dispatcher asks, of calls and events alike, on the data path. */
export interface Hedging {
  /** How long to wait for it before it is hedged, in ms; `Infinity` when it is not. */
  delayMs(item: Dispatched): number;
  /** It was woken, and waits in the wheel no longer. @returns whether that was for a hedge, and before its deadline */
  onAlarm(item: Dispatched): boolean;
  /** Its own attempt failed. @returns whether a hedge has taken its place; not of one that was answered */
  takeOver(item: Dispatched, error: SocketPoolError): boolean;
  settled(call: Call, outcome: CallOutcome, durationMs: number): void;
}

const NO_HEDGING: Hedging = Object.freeze({
  delayMs: () => Number.POSITIVE_INFINITY,
  onAlarm: () => false,
  takeOver: () => false,
  settled() {},
});

export function makeHedging(
  { hedge, maxAttempts }: PoolOptions,
  dependencies: HedgerDependencies,
): Hedging {
  return hedge === false ? NO_HEDGING : new Hedger(hedge, maxAttempts, dependencies);
}

class Hedger implements Hedging, HedgeOwner {
  readonly #dependencies: HedgerDependencies;
  readonly #maxHedges: number;
  readonly #maxAttempts: number;
  readonly #delays: HedgeDelays;
  /** Calls with hedges that run beside them; there is at least one each. */
  readonly #races = new Map<Dispatched, Hedge[]>();

  constructor(
    hedge: Exclude<PoolOptions['hedge'], false>,
    maxAttempts: number,
    dependencies: HedgerDependencies,
  ) {
    this.#dependencies = dependencies;
    this.#maxHedges = hedge.maxHedges;
    this.#maxAttempts = maxAttempts;
    this.#delays = new HedgeDelays(hedge.percentile, hedge.minDelayMs);
  }

  delayMs(item: Dispatched): number {
    const isHedged = item instanceof Call && this.#mayHedge(item);
    return isHedged ? this.#delays.of(item.pattern) : Number.POSITIVE_INFINITY;
  }

  onAlarm(call: Dispatched): boolean {
    const { clock, wheel } = this.#dependencies;
    const now = clock.now();
    if (!(call instanceof Call) || now >= call.deadlineAt) return false;
    // One that waits to be sent has no use for a hedge yet.
    const isAgain = call.connection === undefined || this.#hedge(call, now);
    const nextAt = isAgain ? now + this.delayMs(call) : Number.POSITIVE_INFINITY;
    const alarmAt = Math.min(nextAt, call.deadlineAt);
    if (!call.isSettled && alarmAt !== Number.POSITIVE_INFINITY) wheel.add(call, alarmAt);
    return true;
  }

  takeOver(item: Dispatched, error: SocketPoolError): boolean {
    if (error.processed === 'yes') return false;
    const hedge = this.#races.get(item)?.[0];
    if (hedge === undefined) return false;
    this.#adopt(hedge);
    return true;
  }

  settled(call: Call, outcome: CallOutcome, durationMs: number): void {
    if (this.#races.size > 0) this.#endRace(call);
    if (outcome === 'succeeded' && this.#mayHedge(call))
      this.#delays.record(call.pattern, durationMs);
  }

  onAnswered(hedge: Hedge): boolean {
    const { call } = hedge;
    if (call.isSettled) return false;
    // It speaks for the call already: this is the end of the reply that came with its value.
    if (!this.#races.get(call)?.includes(hedge)) return true;
    this.#dependencies.statistics.hedgesWon++;
    const now = this.#dependencies.clock.now();
    call.endpoint?.latency?.observe(now - call.sentAt, now, true);
    call.connection?.cancel(call);
    // The attempt that lost the race was given up: that tells nothing of its endpoint.
    call.endpoint?.health.leave(call.pass, 'nothing', 0);
    this.#adopt(hedge);
    this.#endRace(call);
    this.#free();
    return true;
  }

  onDropped(hedge: Hedge, processed: Processed, retryAfterMs: number | undefined): void {
    if (!this.#leave(hedge)) return;
    const { call, target } = hedge;
    if (retryAfterMs !== undefined) target.endpoint.rest.begin(retryAfterMs);
    if (processed !== 'no') call.noteRun();
    this.#free();
  }

  #mayHedge(call: Call): boolean {
    return !call.isPaced && this.#dependencies.idempotency.covers(call);
  }

  /** @returns whether another hedge may follow */
  #hedge(call: Call, now: number): boolean {
    const { inFlight, budget } = this.#dependencies;
    const running = this.#races.get(call)?.length ?? 0;
    if (call.hasValue || running >= this.#maxHedges) return false;
    if (call.attempts >= this.#maxAttempts || inFlight.isFull || inFlight.isSending) return false;
    const target = this.#target(call);
    if (target === undefined || !budget.withdraw()) return false;
    const isTimed = call.deadlineAt !== Number.POSITIVE_INFINITY;
    const timeoutMs = isTimed ? Math.max(1, Math.ceil(call.deadlineAt - now)) : 0;
    const hedge = new Hedge(call, target, timeoutMs, this);
    hedge.sentAt = now;
    this.#send(hedge);
    return running + 1 < this.#maxHedges;
  }

  /** A ready endpoint that has no attempt of the call yet. */
  #target(call: Call): HedgeTarget | undefined {
    for (let draw = 0; draw < MAX_DRAWS; draw++) {
      const endpoint = this.#dependencies.endpoints.pick(call.endpoint);
      if (endpoint === undefined || endpoint.healthClass !== HealthClass.Ready) return undefined;
      if (this.#isAt(call, endpoint)) continue;
      const connection = endpoint.pick();
      return connection === undefined ? undefined : { endpoint, connection };
    }
    return undefined;
  }

  #isAt(call: Call, endpoint: EndpointPool): boolean {
    if (endpoint === call.endpoint) return true;
    return this.#races.get(call)?.some(({ target }) => target.endpoint === endpoint) === true;
  }

  #send(hedge: Hedge): void {
    const { inFlight, statistics } = this.#dependencies;
    const { call, target } = hedge;
    statistics.hedges++;
    call.attempts++;
    inFlight.count++;
    inFlight.isSending = true;
    this.#races.set(call, [...(this.#races.get(call) ?? []), hedge]);
    try {
      target.connection.open(hedge);
    } catch {
      if (this.#leave(hedge)) inFlight.count--;
      hedge.ended('nothing');
    }
    inFlight.isSending = false;
    // The caller's own code, which encoding runs, may have settled the call meanwhile.
    if (call.isSettled) target.connection.cancel(hedge);
    target.endpoint.noteLoad(target.connection);
    this.#dependencies.onRoom();
  }

  /** The call takes the place of its hedge. */
  #adopt(hedge: Hedge): void {
    const { call, target } = hedge;
    this.#leave(hedge);
    target.connection.replace(hedge, call);
    call.connection = target.connection;
    call.endpoint = target.endpoint;
    call.sentAt = hedge.sentAt;
    call.pass = hedge.pass;
  }

  /** Whatever still runs beside the call is not wanted any more. */
  #endRace(call: Call): void {
    const hedges = this.#races.get(call);
    if (hedges === undefined) return;
    this.#races.delete(call);
    for (const hedge of hedges) {
      hedge.target.connection.cancel(hedge);
      hedge.ended('nothing');
      this.#free();
    }
  }

  /** @returns whether it was in the race */
  #leave(hedge: Hedge): boolean {
    const hedges = this.#races.get(hedge.call);
    if (hedges === undefined || !hedges.includes(hedge)) return false;
    const others = hedges.filter((each) => each !== hedge);
    if (others.length === 0) this.#races.delete(hedge.call);
    else this.#races.set(hedge.call, others);
    return true;
  }

  #free(): void {
    this.#dependencies.inFlight.count--;
    this.#dependencies.onRoom();
  }
}
