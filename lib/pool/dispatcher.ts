import type { Clock } from '../common/clock.js';
import { SocketPoolError } from '../errors/socket-pool-error.js';
import type { LittlesLaw } from '../metrics/littles-law.js';
import { DeadlineWheel } from '../resilience/deadline-wheel.js';
import type { RetryBudget } from '../resilience/retry-budget.js';
import { WindowRetryBudget } from '../resilience/retry-budget.js';
import type { CallOutcome, CallOwner, CallRequest, CallSink } from './call.js';
import { Call } from './call.js';
import type { EndpointPools } from './endpoint-pools.js';
import type { EventOwner, EventSink } from './event-call.js';
import { EventCall } from './event-call.js';
import type { PoolOptions } from './pool-options.js';
import type { PoolStatistics } from './pool-statistics.js';
import { WaiterQueue } from './waiter-queue.js';

export interface DispatcherDependencies {
  readonly clock: Clock;
  readonly endpoints: EndpointPools;
  readonly statistics: PoolStatistics;
  readonly littlesLaw: LittlesLaw;
}

/**
 * Brings calls to connections: picks, waits where none has room, sends again what certainly did not
 * run, and keeps the deadlines. Every call that enters is settled exactly once.
 */
export class Dispatcher implements CallOwner, EventOwner {
  readonly #options: PoolOptions;
  readonly #clock: Clock;
  readonly #endpoints: EndpointPools;
  readonly #statistics: PoolStatistics;
  readonly #littlesLaw: LittlesLaw;
  readonly #deadlines: DeadlineWheel;
  readonly #waiters: WaiterQueue<Call | EventCall>;
  readonly #retryBudget: RetryBudget;
  #unsettled = 0;
  #isClosed = false;
  #onIdle: (() => void) | undefined;

  constructor(options: PoolOptions, dependencies: DispatcherDependencies) {
    this.#options = options;
    this.#clock = dependencies.clock;
    this.#endpoints = dependencies.endpoints;
    this.#statistics = dependencies.statistics;
    this.#littlesLaw = dependencies.littlesLaw;
    this.#deadlines = new DeadlineWheel(dependencies.clock, { keepsAlive: true });
    this.#retryBudget = new WindowRetryBudget(dependencies.clock);
    const limits = { maxWaiters: options.maxWaiters, timeoutMs: options.acquireTimeoutMs };
    this.#waiters = new WaiterQueue(dependencies.clock, limits, (item) => this.#failWaiting(item));
  }

  /** Calls and events that wait for a connection. */
  get waiters(): number {
    return this.#waiters.size;
  }

  /** Calls that are not settled, those that wait included. */
  get unsettled(): number {
    return this.#unsettled;
  }

  call(request: CallRequest, sink: CallSink, isPaced: boolean): Call {
    const call = new Call(this, request, sink, isPaced);
    this.#statistics.started++;
    this.#unsettled++;
    this.#retryBudget.deposit();
    const now = this.#clock.now();
    call.startedAt = now;
    const deadlineMs = request.deadlineMs ?? this.#options.deadlineMs;
    if (deadlineMs > 0) {
      call.deadlineAt = now + deadlineMs;
      this.#deadlines.add(call, call.deadlineAt);
    }
    this.#submit(call);
    return call;
  }

  emit(request: CallRequest, sink: EventSink): void {
    this.#submit(new EventCall(this, request, sink));
  }

  /** There may be room: the first in the queue come first. */
  serveWaiters(): void {
    while (this.#waiters.size > 0 && this.#hasRoom()) {
      const endpointPool = this.#endpoints.pick(undefined);
      const connection = endpointPool?.pick();
      if (endpointPool === undefined || connection === undefined) return;
      const item = this.#waiters.shift()!;
      item.endpoint = endpointPool;
      item.connection = connection;
      this.#send(item);
    }
  }

  /** An attempt to connect failed. Who does not want to wait for the next learns it now. */
  connectFailed(): void {
    if (this.#waiters.size === 0) return;
    if (this.#options.whenUnavailable === 'fail') this.#failIfHopeless();
    else this.#hurry();
  }

  /** Refuses new calls from now on; `onIdle` is called once, as soon as all others are settled. */
  close(onIdle: () => void): void {
    this.#isClosed = true;
    this.#onIdle = onIdle;
    this.#checkIdle();
  }

  /** Fails whatever still waits. */
  failWaiters(error: SocketPoolError): void {
    for (let item = this.#waiters.shift(); item !== undefined; item = this.#waiters.shift())
      item.fail(error);
  }

  /** Lets go of everything; nothing is settled by the clock any more. */
  stop(): void {
    this.#deadlines.clear();
  }

  onCallDeadline(call: Call): void {
    const wasWaiting = call.connection === undefined;
    const where = wasWaiting
      ? 'it was still waiting for a connection'
      : `attempt ${call.attempts}, at ${call.endpoint?.endpoint.address}`;
    const ms = Math.round(call.deadlineAt - call.startedAt);
    const text = `${call.pattern} at ${this.#options.name} was not settled within ${ms} ms (${where})`;
    call.connection?.cancel(call);
    call.fail(
      new SocketPoolError('DEADLINE_EXCEEDED', text, { processed: wasWaiting ? 'no' : 'maybe' }),
    );
  }

  onAttemptFailed(call: Call, error: SocketPoolError): void {
    call.connection = undefined;
    if (this.#maySendAgain(call, error)) this.#sendAgain(call, error);
    else call.fail(error);
  }

  onEventFailed(event: EventCall, error: SocketPoolError): void {
    event.connection = undefined;
    if (event.attempts < this.#options.maxAttempts && !this.#isClosed) this.#submit(event);
    else event.fail(error);
  }

  onCallSettled(call: Call, outcome: CallOutcome): void {
    this.#deadlines.remove(call);
    if (call.waiter !== undefined) this.#waiters.remove(call);
    this.#statistics.settled(outcome);
    const now = this.#clock.now();
    this.#littlesLaw.settled(now - call.startedAt, now);
    this.#unsettled--;
    if (this.#isClosed) this.#checkIdle();
  }

  #submit(item: Call | EventCall): void {
    if (this.#isClosed) {
      item.fail(new SocketPoolError('POOL_CLOSED', `the pool ${this.#options.name} is closed`));
      return;
    }
    if (!this.#endpoints.isStarted) this.#endpoints.start();
    const endpointPool =
      this.#waiters.size > 0 || !this.#hasRoom() ? undefined : this.#endpoints.pick(item.endpoint);
    const connection = endpointPool?.pick();
    if (endpointPool === undefined || connection === undefined) {
      this.#wait(item);
      return;
    }
    item.endpoint = endpointPool;
    item.connection = connection;
    this.#send(item);
  }

  #send(item: Call | EventCall): void {
    item.attempts++;
    try {
      if (item instanceof Call) {
        if (item.deadlineSlot >= 0)
          item.timeoutMs = Math.max(1, Math.ceil(item.deadlineAt - this.#clock.now()));
        item.connection!.open(item);
      } else item.connection!.emit(item);
    } catch (error) {
      item.connection = undefined;
      item.fail(error as SocketPoolError);
    }
  }

  #hasRoom(): boolean {
    return this.#unsettled - this.#waiters.size <= this.#options.maxInFlight;
  }

  #wait(item: Call | EventCall): void {
    if (this.#options.whenUnavailable === 'fail' && !this.#endpoints.isConnecting) {
      item.fail(this.#unavailableError('NO_CONNECTION', 'at once'));
      return;
    }
    if (!this.#waiters.add(item)) {
      item.fail(this.#unavailableError('WAITERS_FULL', 'in the queue'));
      return;
    }
    if (this.#waiters.size === 1) this.#hurry();
  }

  /** No call should give up before an attempt to connect was made for it. */
  #hurry(): void {
    this.#endpoints.hurry(this.#options.acquireTimeoutMs / 2);
  }

  #failIfHopeless(): void {
    if (this.#endpoints.isConnecting || this.#endpoints.readyConnections > 0) return;
    this.failWaiters(this.#unavailableError('NO_CONNECTION', 'at once'));
  }

  #failWaiting(item: Call | EventCall): void {
    item.fail(
      this.#unavailableError('ACQUIRE_TIMEOUT', `within ${this.#options.acquireTimeoutMs} ms`),
    );
  }

  #unavailableError(
    code: 'NO_CONNECTION' | 'ACQUIRE_TIMEOUT' | 'WAITERS_FULL',
    when: string,
  ): SocketPoolError {
    const { name } = this.#options;
    const { active, readyConnections, lastError } = this.#endpoints;
    if (active.length === 0)
      return new SocketPoolError('NO_ENDPOINT', `no endpoint of ${name} is known`);
    const addresses = active
      .map((each) => each.endpoint.address)
      .slice(0, 5)
      .join(', ');
    const why =
      readyConnections > 0
        ? `all ${readyConnections} ready connections are full`
        : `no connection is ready${lastError === undefined ? '' : `, last failure: ${lastError.message}`}`;
    const text = `no connection to ${name} at ${addresses} ${when}: ${why}, ${this.#waiters.size} waiting`;
    return new SocketPoolError(code, text, { cause: lastError });
  }

  #maySendAgain(call: Call, error: SocketPoolError): boolean {
    if (this.#isClosed || call.hasValue || call.attempts >= this.#options.maxAttempts) return false;
    return isSafeToRepeat(call, error) && this.#retryBudget.withdraw();
  }

  #sendAgain(call: Call, error: SocketPoolError): void {
    // A server that refuses what it could run is not asked again at once.
    if (
      error.code === 'REJECTED' &&
      this.#endpoints.pick(call.endpoint) === call.endpoint &&
      call.endpoint?.pick() !== undefined
    ) {
      call.fail(error);
      return;
    }
    this.#statistics.retried++;
    this.#submit(call);
  }

  #checkIdle(): void {
    if (this.#unsettled > 0 || this.#onIdle === undefined) return;
    const onIdle = this.#onIdle;
    this.#onIdle = undefined;
    onIdle();
  }
}

/** It certainly did not run; or running it twice does no harm, and the connection was lost under it. */
function isSafeToRepeat(call: Call, error: SocketPoolError): boolean {
  if (error.processed === 'no') return error.retryable;
  return (
    call.idempotent && (error.code === 'CONNECTION_LOST' || error.code === 'HEARTBEAT_TIMEOUT')
  );
}
