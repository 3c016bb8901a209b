import type { Clock } from '../common/clock.js';
import type { Random } from '../common/random.js';
import type { SocketPoolError } from '../errors/socket-pool-error.js';
import type { ClientConnection } from '../connection/client-connection.js';
import type { LittlesLaw } from '../metrics/littles-law.js';
import { DeadlineWheel, NOT_WAITING } from '../resilience/deadline-wheel.js';
import type { RetryReason } from '../resilience/retry-policy.js';
import type { AttemptOutcome } from './attempt-outcome.js';
import { outcomeOfCall, outcomeOfFailure } from './attempt-outcome.js';
import type { CallOutcome, CallOwner, CallRequest, CallSink } from './call.js';
import { Call } from './call.js';
import { CallGate } from './call-gate.js';
import type { CallTimer } from './call-timer.js';
import type { Dispatched } from './dispatched.js';
import type { EndpointPools } from './endpoint-pools.js';
import type { EventOwner, EventSink } from './event-call.js';
import { EventCall } from './event-call.js';
import { deadlineError, sendingError } from './pool-errors.js';
import type { Hedging } from './hedger.js';
import { makeHedging } from './hedger.js';
import { InFlight } from './in-flight.js';
import type { PatternCircuits } from './pattern-circuits.js';
import type { PoolOptions } from './pool-options.js';
import type { PoolStatistics } from './pool-statistics.js';
import type { RetrierOwner } from './retrier.js';
import { Retrier } from './retrier.js';
import type { ShortageCode } from './shortage.js';
import { shortageError } from './shortage.js';
import { Unsettled } from './unsettled.js';
import { WaiterQueue } from './waiter-queue.js';

export interface DispatcherDependencies {
  readonly clock: Clock;
  readonly random: Random;
  /** For statistics, which can do with one reading of the clock per turn. */
  readonly turnClock: Clock;
  readonly endpoints: EndpointPools;
  readonly statistics: PoolStatistics;
  readonly littlesLaw: LittlesLaw;
  readonly circuits: PatternCircuits;
  /** Listens to how long calls take; `undefined` when nobody does. */
  readonly callTimer: CallTimer | undefined;
}

/**
 * Brings calls and events to connections: picks, waits where none has room, sends again what may
 * be sent again, and keeps the deadlines. Whatever enters is settled exactly once.
 */
export class Dispatcher implements CallOwner, EventOwner, RetrierOwner {
  readonly #options: PoolOptions;
  readonly #clock: Clock;
  readonly #turnClock: Clock;
  readonly #endpoints: EndpointPools;
  readonly #statistics: PoolStatistics;
  readonly #littlesLaw: LittlesLaw;
  readonly #callTimer: CallTimer | undefined;
  readonly #deadlines: DeadlineWheel;
  readonly #waiters: WaiterQueue<Dispatched>;
  readonly #inFlight: InFlight;
  readonly #retrier: Retrier;
  readonly #hedging: Hedging;
  readonly #unsettled = new Unsettled();
  readonly #gate: CallGate;
  #isServing = false;

  constructor(options: PoolOptions, dependencies: DispatcherDependencies) {
    const { clock, endpoints } = dependencies;
    this.#options = options;
    this.#clock = clock;
    this.#turnClock = dependencies.turnClock;
    this.#endpoints = endpoints;
    this.#statistics = dependencies.statistics;
    this.#littlesLaw = dependencies.littlesLaw;
    this.#gate = new CallGate(options.name, dependencies.circuits);
    this.#callTimer = dependencies.callTimer;
    this.#deadlines = new DeadlineWheel(clock, { keepsAlive: true });
    this.#inFlight = new InFlight(options.maxInFlight);
    const wheel = this.#deadlines;
    this.#retrier = new Retrier(options, { ...dependencies, wheel }, this);
    this.#hedging = makeHedging(options, {
      ...dependencies,
      ...{ wheel, inFlight: this.#inFlight, onRoom: () => this.serveWaiters() },
      ...{ budget: this.#retrier.budget, idempotency: this.#retrier.idempotency },
    });
    const limits = { maxWaiters: options.maxWaiters, timeoutMs: options.acquireTimeoutMs };
    this.#waiters = new WaiterQueue(clock, limits, (item) =>
      this.#failShort(item, 'ACQUIRE_TIMEOUT'),
    );
  }

  /** Calls and events that wait for a connection. */
  get waiters(): number {
    return this.#waiters.size;
  }

  /** Whether some of them wait for want of connections, and not because too many calls are in flight. */
  get needsConnections(): boolean {
    return this.#waiters.size > 0 && !this.#inFlight.isFull;
  }

  /** Why those that wait need wait no longer, where they should fail fast. */
  get #hopelessness(): ShortageCode | undefined {
    if (this.#options.whenUnavailable === 'wait') return undefined;
    if (this.#inFlight.isFull) return 'IN_FLIGHT_LIMIT';
    return this.#endpoints.isConnecting ? undefined : 'NO_CONNECTION';
  }

  call(request: CallRequest, sink: CallSink, isPaced: boolean): Call {
    const call = new Call(this, this.#retrier.idempotency.keyed(request), sink, isPaced);
    this.#statistics.started++;
    this.#begin(call, request.deadlineMs ?? this.#options.deadlineMs);
    return call;
  }

  emit(request: CallRequest, sink: EventSink): void {
    const event = new EventCall(this, request, sink);
    this.#begin(event, request.deadlineMs ?? this.#options.deadlineMs);
  }

  /**
   * There may be room: the first in the queue come first. Who does not want to wait for the next
   * connection learns it now.
   */
  serveWaiters(): void {
    if (this.#isServing || this.#inFlight.isSending || this.#waiters.size === 0) return;
    this.#isServing = true;
    for (let first = this.#waiters.first; first !== undefined; first = this.#waiters.first) {
      const connection = this.#pickFor(first);
      if (connection === undefined) break;
      this.#waiters.remove(first);
      this.#send(first, connection, this.#clock.now());
    }
    const hopelessness = this.#hopelessness;
    if (hopelessness !== undefined)
      this.#forAllWaiting((item) => this.#failShort(item, hopelessness));
    this.#isServing = false;
  }

  /** Refuses new calls from now on. */
  close(): void {
    this.#gate.close();
  }

  /** `onIdle` is called once, as soon as everything is settled. */
  whenIdle(onIdle: () => void): void {
    this.#unsettled.whenIdle(onIdle);
  }

  /** Fails whatever waits, and sends nothing again. What is in flight ends with its connection. */
  abandon(error: SocketPoolError): void {
    for (const item of this.#retrier.stop()) item.fail(error);
    this.#forAllWaiting((item) => item.fail(error));
  }

  /** Lets go of everything; nothing is settled by the clock any more. */
  stop(): void {
    this.#deadlines.clear();
    this.#gate.circuits.stop();
  }

  onDeadline(item: Dispatched): void {
    if (this.#hedging.onAlarm(item)) return;
    const error = deadlineError(item, this.#options.name);
    if (item instanceof Call) item.connection?.cancel(item);
    item.fail(error);
  }

  onAttemptFailed(item: Dispatched, error: SocketPoolError): void {
    // Who refuses a call, and goes on, is not asked again at once.
    const isRefused = item.connection?.isReady === true;
    this.#attemptEnded(item, outcomeOfFailure(error));
    this.#callTimer?.failed(item, this.#clock.now());
    if (error.code === 'REJECTED') this.#statistics.rejected++;
    if (this.#hedging.takeOver(item, error) || this.#retrier.take(item, error, isRefused))
      this.serveWaiters();
    else item.fail(error);
  }

  resend(item: Dispatched): void {
    this.#submit(item, this.#clock.now());
  }

  onRetry(item: Dispatched, reason: RetryReason): void {
    if (item instanceof Call) this.#statistics.retried(reason);
  }

  onCallSettled(call: Call, outcome: CallOutcome): void {
    const now = this.#turnClock.now();
    const durationMs = Math.max(0, now - call.startedAt);
    this.#statistics.settled(outcome, durationMs);
    this.#littlesLaw.settled(durationMs, now);
    this.#hedging.settled(call, outcome, durationMs);
    this.#callTimer?.settled(call, outcome, now);
    this.#onSettled(call, outcomeOfCall(outcome, call.hasValue));
  }

  onEventSettled(event: EventCall): void {
    this.#onSettled(event, 'nothing');
  }

  #begin(item: Dispatched, deadlineMs: number): void {
    this.#unsettled.begun();
    this.#retrier.budget.deposit();
    const now = this.#clock.now();
    item.startedAt = now;
    const refusal = this.#gate.refusal(item, deadlineMs);
    if (refusal === undefined) {
      if (deadlineMs > 0) item.deadlineAt = now + deadlineMs;
      const alarmAt = Math.min(item.deadlineAt, now + this.#hedging.delayMs(item));
      if (alarmAt !== Number.POSITIVE_INFINITY) this.#deadlines.add(item, alarmAt);
      this.#submit(item, now);
    } else item.fail(refusal);
  }

  #submit(item: Dispatched, now: number): void {
    // Who came earlier goes first.
    const mayGo = this.#waiters.size === 0 && !this.#inFlight.isSending;
    const connection = mayGo ? this.#pickFor(item) : undefined;
    if (connection === undefined) this.#wait(item);
    else this.#send(item, connection, now);
  }

  /** Where the item may go now, at another endpoint than before if possible. */
  #pickFor(item: Dispatched): ClientConnection | undefined {
    if (this.#inFlight.isFull) return undefined;
    const endpointPool = this.#endpoints.pick(item.endpoint, item.stickyKey);
    const connection = endpointPool?.pick();
    if (connection !== undefined) item.endpoint = endpointPool;
    return connection;
  }

  #send(item: Dispatched, connection: ClientConnection, now: number): void {
    const { endpoint } = item;
    item.connection = connection;
    item.pass = endpoint!.health.enter();
    item.attempts++;
    this.#inFlight.count++;
    this.#callTimer?.sent(item, now);
    this.#inFlight.isSending = true;
    try {
      item.send(connection, now);
      this.#inFlight.isSending = false;
    } catch (error) {
      this.#inFlight.isSending = false;
      // Unless the caller's own code has settled it meanwhile.
      if (item.connection === connection) this.onAttemptFailed(item, sendingError(error));
    }
    endpoint!.noteLoad(connection);
    this.serveWaiters();
  }

  #wait(item: Dispatched): void {
    if (!this.#waiters.add(item)) {
      this.#failShort(item, 'WAITERS_FULL');
      return;
    }
    if (this.#inFlight.isSending) return;
    // The first makes the demand known; it is known as long as anybody waits.
    if (this.#waiters.size === 1) this.#endpoints.reconcile();
    const hopelessness = this.#hopelessness;
    if (hopelessness !== undefined && item.waiter !== undefined)
      this.#failShort(item, hopelessness);
  }

  #failShort(item: Dispatched, code: ShortageCode): void {
    this.#waiters.remove(item);
    item.fail(
      shortageError(code, {
        options: this.#options,
        endpoints: this.#endpoints,
        inFlight: this.#inFlight.count,
        waiters: this.#waiters.size,
      }),
    );
  }

  /** Those that join meanwhile are passed over, or a caller that asks again at once would keep this going for ever. */
  #forAllWaiting(act: (item: Dispatched) => void): void {
    if (this.#waiters.size === 0) return;
    for (const item of this.#waiters.items()) if (item.waiter !== undefined) act(item);
  }

  /** An attempt is over, and its endpoint is known by it. */
  #attemptEnded(item: Dispatched, outcome: AttemptOutcome): void {
    const { connection, endpoint, pass } = item;
    item.connection = undefined;
    this.#inFlight.count--;
    endpoint!.health.leave(pass, outcome, connection!.id);
    this.#gate.circuits.ended(item, outcome);
  }

  #onSettled(item: Dispatched, outcome: AttemptOutcome): void {
    if (item.deadlineSlot !== NOT_WAITING) this.#deadlines.remove(item);
    if (item.waiter !== undefined) this.#waiters.remove(item);
    this.#retrier.settled(item);
    if (item.connection !== undefined) this.#attemptEnded(item, outcome);
    this.serveWaiters();
    this.#unsettled.settled();
  }
}
