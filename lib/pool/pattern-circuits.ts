/**
 * Circuit breakers for patterns. Ejection takes an endpoint out that is worse than the others; it does
 * nothing about work that fails everywhere, as with a report whose database is down. There a call had
 * better fail at once, instead of holding its caller up until the deadline.
 *
 * It stands between retries and timeouts: each attempt counts, one that ran into its deadline as a
 * failure, one that was rejected or given up as neither; and no attempt is repeated into an open circuit.
 */
import type { CircuitStateName } from '../resilience/circuit-breaker.js';
import type { CircuitsSnapshot } from '../metrics/ejection-snapshot.js';
import type { AttemptOutcome } from './attempt-outcome.js';
import type { Dispatched } from './dispatched.js';
import type { PatternCircuitDependencies, PatternCircuitOwner } from './pattern-circuit.js';
import { PatternCircuit } from './pattern-circuit.js';
import type { PoolReporter } from './pool-reporter.js';
import type { PoolOptions } from './pool-options.js';

export interface PatternCircuitsDependencies extends Pick<
  PatternCircuitDependencies,
  'clock' | 'random'
> {
  readonly reporter: Pick<PoolReporter, 'circuitOpened' | 'circuitClosed'>;
}

/** What a dispatcher asks, on the data path. */
export interface PatternCircuits {
  /** Whether a call may go out. @returns how long its circuit stays open, in ms; `undefined` when it may */
  refusal(item: Dispatched): number | undefined;
  /** Whether another attempt of it may be made. */
  allowsRetry(item: Dispatched): boolean;
  /** An attempt is over. */
  ended(item: Dispatched, outcome: AttemptOutcome): void;
  stop(): void;
  snapshot(): CircuitsSnapshot;
}

const NO_CIRCUITS: PatternCircuits = Object.freeze({
  refusal: () => undefined,
  allowsRetry: () => true,
  ended() {},
  stop() {},
  snapshot: () => ({ open: 0, openings: 0, refused: 0 }),
});

export function makePatternCircuits(
  { breaker }: Pick<PoolOptions, 'breaker'>,
  dependencies: PatternCircuitsDependencies,
): PatternCircuits {
  return breaker === false ? NO_CIRCUITS : new WatchedPatterns(breaker, dependencies);
}

class WatchedPatterns implements PatternCircuits, PatternCircuitOwner {
  readonly #options: Exclude<PoolOptions['breaker'], false>;
  readonly #dependencies: PatternCircuitsDependencies;
  readonly #circuits = new Map<string, PatternCircuit>();
  #openings = 0;
  #refused = 0;

  constructor(
    options: Exclude<PoolOptions['breaker'], false>,
    dependencies: PatternCircuitsDependencies,
  ) {
    this.#options = options;
    this.#dependencies = dependencies;
  }

  refusal(item: Dispatched): number | undefined {
    const circuit = this.#circuits.get(item.pattern) ?? this.#watch(item.pattern);
    if (circuit === undefined) return undefined;
    if (circuit.isFree) {
      item.circuit = circuit;
      item.circuitPass = circuit.enter();
      return undefined;
    }
    this.#refused++;
    return circuit.remainingMs;
  }

  allowsRetry({ circuit }: Dispatched): boolean {
    return circuit === undefined || circuit.isFree;
  }

  ended({ circuit, circuitPass }: Dispatched, outcome: AttemptOutcome): void {
    circuit?.leave(circuitPass, outcome);
  }

  stop(): void {
    for (const circuit of this.#circuits.values()) circuit.dispose();
    this.#circuits.clear();
  }

  snapshot(): CircuitsSnapshot {
    const circuits = [...this.#circuits.values()];
    const open = circuits.filter(({ state }) => state !== 'closed').length;
    return { open, openings: this.#openings, refused: this.#refused };
  }

  onCircuitChange(circuit: PatternCircuit, to: CircuitStateName): void {
    const { reporter } = this.#dependencies;
    if (to === 'open') this.#openings++;
    if (to === 'open') reporter.circuitOpened(circuit.pattern, circuit.remainingMs);
    else if (to === 'closed') reporter.circuitClosed(circuit.pattern);
  }

  /** @returns `undefined` when too many are watched, and the one to be forgotten is not closed */
  #watch(pattern: string): PatternCircuit | undefined {
    if (this.#circuits.size >= this.#options.maxPatterns && !this.#forgetFirst()) return undefined;
    const circuit = new PatternCircuit(pattern, {
      ...this.#dependencies,
      options: this.#options,
      owner: this,
    });
    this.#circuits.set(pattern, circuit);
    return circuit;
  }

  #forgetFirst(): boolean {
    const [first] = this.#circuits.values();
    if (first?.state !== 'closed') return false;
    return this.#circuits.delete(first.pattern);
  }
}
