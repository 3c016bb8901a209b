import type { ObservedNode } from '../balancing/outlier-ejection.js';
import type { Clock } from '../common/clock.js';
import type { Random } from '../common/random.js';
import { SocketPoolError } from '../errors/socket-pool-error.js';
import type { EjectionCause } from '../metrics/causes.js';
import type { EjectionSnapshot } from '../metrics/ejection-snapshot.js';
import type { CircuitOutcome, CircuitStateName } from '../resilience/circuit-breaker.js';
import { CircuitBreaker } from '../resilience/circuit-breaker.js';
import type { AttemptOutcome } from './attempt-outcome.js';
import type { EjectionOptions } from './ejection-options.js';
import { OutcomeCounts } from './outcome-counts.js';

/** Of an endpoint that is never ejected. */
export const NO_EJECTION: EjectionSnapshot = Object.freeze({
  state: 'none',
  cause: undefined,
  count: 0,
  remainingMs: undefined,
});

/** How long a returning endpoint may take to answer a ping, in ms. */
const PING_TIMEOUT_MS = 1_000;

/** The endpoint that is watched, with its connections. */
export interface HealthSubject {
  readonly endpoint: { readonly address: string };
  readonly readyCount: number;
  readonly reconnectState: { readonly failures: number; readonly dueInMs: number | undefined };
  readonly anyReady: { ping(timeoutMs: number): Promise<number> } | undefined;
  /** It is as good as new: calls should come back to it slowly. */
  onReadmitted(): void;
}

/** Who decides when an endpoint is ejected, and wants to know what becomes of it. */
export interface HealthOwner {
  /** Failures in a row, above which the owner is asked. */
  readonly consecutiveFailures: number;
  /** Too few endpoints are in health for any to be held back. */
  readonly isPanic: boolean;
  onFailing(health: EndpointHealth): void;
  /** Whether so many failures that it answered while it was probed are more than the others would have had. */
  isWorse(health: EndpointHealth, failures: number): boolean;
  onEjected(health: EndpointHealth): void;
  onReadmitted(health: EndpointHealth): void;
  /** It is watched no longer. */
  onDisposed(health: EndpointHealth): void;
}

export interface HealthDependencies {
  readonly clock: Clock;
  readonly random: Random;
  readonly options: EjectionOptions;
}

/**
 * Whether one endpoint is trusted with calls. Its circuit breaker is opened by whoever compares the
 * endpoints; when its time is over, a ping and then single calls find out whether it works again.
 */
export class EndpointHealth implements ObservedNode {
  readonly subject: HealthSubject;
  readonly #owner: HealthOwner;
  readonly #circuit: CircuitBreaker;
  readonly #counts = new OutcomeCounts();
  readonly #handlerErrors: EjectionOptions['handlerErrors'];
  #cause: EjectionCause | undefined;
  #isPinging = false;
  /** Failures that probes were answered with. */
  #probeFailures = 0;
  /** Of the connection whose loss was counted last: it is one failure, however many calls it took along. */
  #lostConnectionId = -1;

  constructor(subject: HealthSubject, owner: HealthOwner, dependencies: HealthDependencies) {
    const { clock, random, options } = dependencies;
    this.subject = subject;
    this.#owner = owner;
    this.#handlerErrors = options.handlerErrors;
    this.#circuit = new CircuitBreaker(clock, random, {
      openMs: options.ejectionMs,
      maxOpenMs: options.maxEjectionMs,
      jitterRatio: options.jitterRatio,
      probes: options.probes,
      onChange: (to) => this.#onChange(to),
    });
  }

  /** It gets calls only where no other endpoint takes them. Read on every pick. */
  get isHeldBack(): boolean {
    if (this.#circuit.isFree && !this.#isPinging) return false;
    return !this.#owner.isPanic;
  }

  get isEjected(): boolean {
    return this.#circuit.state !== 'closed';
  }

  get succeeded(): number {
    return this.#counts.succeeded;
  }

  get failed(): number {
    return this.#counts.failed;
  }

  get recentCalls(): number {
    return this.#counts.recentCalls;
  }

  get recentFailures(): number {
    return this.#counts.recentFailures;
  }

  get failedInRow(): number {
    return this.#counts.failedInRow;
  }

  get unansweredInRow(): number {
    return this.#counts.unansweredInRow;
  }

  /** An attempt goes to it. @returns what it has to present to {@link leave} */
  enter(): number {
    return this.#circuit.enter();
  }

  /** An attempt is over. @param connectionId where it was, for those that were lost */
  leave(pass: number, outcome: AttemptOutcome, connectionId: number): void {
    if (pass !== this.#circuit.pass) return;
    if (this.#circuit.state === 'closed') this.#count(outcome, connectionId);
    else this.#circuit.leave(pass, this.#asProbe(outcome));
  }

  connectFailed(): void {
    this.#counts.connectFailure();
    // Without a connection it gets no calls anyway, and nobody could tell when it is back.
    if (this.subject.readyCount > 0) this.#check();
  }

  eject(cause: EjectionCause): void {
    if (this.isEjected) return;
    this.#cause = cause;
    this.#circuit.trip();
  }

  /** Gives it back its share of the calls, without proof. */
  readmit(): void {
    this.#circuit.close();
  }

  /** A window for the success rate is over. */
  rotate(): void {
    this.#counts.rotate();
  }

  /** Its endpoint takes no more calls. */
  dispose(): void {
    this.#circuit.dispose();
    this.#owner.onDisposed(this);
  }

  get ejection(): EjectionSnapshot {
    const { state, openings, remainingMs } = this.#circuit;
    const name = state === 'closed' ? 'none' : state === 'open' ? 'ejected' : 'probing';
    return { state: name, cause: this.#cause, count: openings, remainingMs };
  }

  #count(outcome: AttemptOutcome, connectionId: number): void {
    if (outcome === 'succeeded') this.#counts.success();
    else if (outcome === 'answered') this.#countAnswered();
    else if (outcome === 'late') this.#countFailure(false);
    else if (outcome === 'lost' && connectionId !== this.#lostConnectionId) {
      this.#lostConnectionId = connectionId;
      this.#countFailure(false);
    }
  }

  #countAnswered(): void {
    if (this.#handlerErrors === 'ignore') this.#counts.success();
    else this.#countFailure(this.#handlerErrors === 'compare');
  }

  #countFailure(isAnswered: boolean): void {
    this.#counts.failure(isAnswered);
    this.#check();
  }

  #check(): void {
    if (this.#counts.failedInRow >= this.#owner.consecutiveFailures) this.#owner.onFailing(this);
  }

  #asProbe(outcome: AttemptOutcome): CircuitOutcome {
    if (outcome === 'nothing') return 'neither';
    if (outcome !== 'answered') return outcome === 'succeeded' ? 'succeeded' : 'failed';
    if (this.#handlerErrors === 'ignore') return 'succeeded';
    this.#probeFailures++;
    const isFailed =
      this.#handlerErrors === 'count' || this.#owner.isWorse(this, this.#probeFailures);
    return isFailed ? 'failed' : 'neither';
  }

  #onChange(to: CircuitStateName): void {
    this.#isPinging = false;
    this.#probeFailures = 0;
    if (to === 'open') this.#owner.onEjected(this);
    else if (to === 'halfOpen') void this.#ping();
    else {
      this.#counts.reset();
      this.subject.onReadmitted();
      this.#owner.onReadmitted(this);
    }
  }

  /** One that hangs is found out without a call having to wait for it. */
  async #ping(): Promise<void> {
    const { pass } = this.#circuit;
    const answer = this.subject.anyReady?.ping(PING_TIMEOUT_MS);
    if (answer === undefined) return;
    this.#isPinging = true;
    const isSilent = await answer.then(() => false, isTimeout);
    if (pass !== this.#circuit.pass) return;
    this.#isPinging = false;
    if (isSilent) this.#circuit.trip();
  }
}

/** Anything else means that it could not be asked. */
function isTimeout(error: unknown): boolean {
  return error instanceof SocketPoolError && error.code === 'HEARTBEAT_TIMEOUT';
}
