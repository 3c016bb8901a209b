import type { Clock } from '../common/clock.js';
import type { Random } from '../common/random.js';
import type { CircuitStateName } from '../resilience/circuit-breaker.js';
import { CircuitBreaker } from '../resilience/circuit-breaker.js';
import type { AttemptOutcome } from './attempt-outcome.js';
import type { BreakerOptions } from './breaker-options.js';
import { OutcomeCounts } from './outcome-counts.js';

export interface PatternCircuitOwner {
  onCircuitChange(circuit: PatternCircuit, to: CircuitStateName): void;
}

export interface PatternCircuitDependencies {
  readonly clock: Clock;
  readonly random: Random;
  readonly options: BreakerOptions;
  readonly owner: PatternCircuitOwner;
}

/** The circuit breaker of one pattern, over all endpoints. It opens when too large a share of its attempts fails. */
export class PatternCircuit {
  readonly pattern: string;
  readonly #clock: Clock;
  readonly #options: BreakerOptions;
  readonly #breaker: CircuitBreaker;
  readonly #counts = new OutcomeCounts();
  #windowBegan: number;

  constructor(pattern: string, { clock, random, options, owner }: PatternCircuitDependencies) {
    this.pattern = pattern;
    this.#clock = clock;
    this.#options = options;
    this.#windowBegan = clock.now();
    this.#breaker = new CircuitBreaker(clock, random, {
      ...options,
      onChange: (to) => {
        if (to === 'closed') this.#counts.reset();
        owner.onCircuitChange(this, to);
      },
    });
  }

  get state(): CircuitStateName {
    return this.#breaker.state;
  }

  get isFree(): boolean {
    return this.#breaker.isFree;
  }

  /** Until calls are let through to see whether they work again, in ms. */
  get remainingMs(): number {
    return this.#breaker.remainingMs ?? 0;
  }

  enter(): number {
    return this.#breaker.enter();
  }

  /** An attempt is over. The clock is read for failures only. */
  leave(pass: number, outcome: AttemptOutcome): void {
    const isCounted = outcome === 'answered' && this.#options.handlerErrors === 'count';
    const isFailure = isCounted || outcome === 'late' || outcome === 'lost';
    if (pass !== this.#breaker.pass) return;
    if (this.#breaker.state !== 'closed') {
      const verdict = outcome === 'nothing' ? 'neither' : isFailure ? 'failed' : 'succeeded';
      this.#breaker.leave(pass, verdict);
    } else if (isFailure) this.#countFailure();
    else if (outcome !== 'nothing') this.#counts.success();
  }

  dispose(): void {
    this.#breaker.dispose();
  }

  #countFailure(): void {
    this.#moveWindow();
    this.#counts.failure(false);
    const { succeeded, failed } = this.#counts;
    const { minCalls, failureRatio } = this.#options;
    const calls = succeeded + failed;
    if (calls >= minCalls && failed / calls >= failureRatio) this.#breaker.trip();
  }

  #moveWindow(): void {
    const now = this.#clock.now();
    const elapsedMs = now - this.#windowBegan;
    if (elapsedMs < this.#options.windowMs) return;
    this.#windowBegan = now;
    if (elapsedMs < 2 * this.#options.windowMs) this.#counts.rotate();
    else this.#counts.reset();
  }
}
