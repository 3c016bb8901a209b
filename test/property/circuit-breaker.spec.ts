import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CircuitOutcome } from '../../lib/resilience/circuit-breaker.js';
import { CircuitBreaker } from '../../lib/resilience/circuit-breaker.js';
import { ManualClock } from '../support/manual-clock.js';

const OPEN_MS = 100;
const MAX_OPEN_MS = 1_000;
const PATIENCE_MS = 1_000;

interface Terms {
  readonly probes: number;
  readonly jitterRatio: number;
  readonly chance: number;
}

/** A call that went through: in which stay in which state, and its pass. */
interface Passed {
  readonly stay: number;
  readonly pass: number;
}

/** A breaker beside what a reader of its diagram would keep: the name of the state, times and counts. */
class Bench {
  readonly clock = new ManualClock();
  readonly calls: Passed[] = [];
  readonly #terms: Terms;
  readonly #circuit: CircuitBreaker;
  #name = 'closed';
  /** Tells one stay in a state from the next. */
  #stay = 0;
  #openUntil = 0;
  #closedAt = Number.NEGATIVE_INFINITY;
  #streak = 0;
  #openings = 0;
  #pending = 0;
  #succeeded = 0;
  /** When the probes of now have had their time. */
  #patienceUntil = Number.POSITIVE_INFINITY;

  constructor(terms: Terms) {
    this.#terms = terms;
    this.#circuit = new CircuitBreaker(this.clock, () => terms.chance, {
      openMs: OPEN_MS,
      maxOpenMs: MAX_OPEN_MS,
      jitterRatio: terms.jitterRatio,
      probes: terms.probes,
      onChange: () => {},
    });
  }

  enter(): void {
    this.calls.push({ stay: this.#stay, pass: this.#circuit.enter() });
    if (this.#name !== 'halfOpen') return;
    this.#pending++;
    if (this.#patienceUntil === Number.POSITIVE_INFINITY)
      this.#patienceUntil = this.clock.now() + PATIENCE_MS;
  }

  leave(index: number, outcome: CircuitOutcome): void {
    const [call] = this.calls.splice(index % Math.max(this.calls.length, 1), 1);
    if (call === undefined) return;
    this.#circuit.leave(call.pass, outcome);
    if (this.#name !== 'halfOpen' || call.stay !== this.#stay) return;
    this.#pending = Math.max(0, this.#pending - 1);
    if (outcome === 'failed') this.#open();
    else if (outcome === 'succeeded' && ++this.#succeeded === this.#terms.probes) this.#close();
  }

  trip(): void {
    this.#circuit.trip();
    if (this.#name !== 'open') this.#open();
  }

  close(): void {
    this.#circuit.close();
    if (this.#name !== 'closed') this.#close();
  }

  advance(ms: number): void {
    for (let left = ms; left > 0; left--) {
      this.clock.advance(1);
      this.#pass();
    }
  }

  check(): void {
    const { state, isFree, openings, remainingMs } = this.#circuit;
    const hasRoom = this.#name === 'halfOpen' && this.#pending < this.#terms.probes;
    expect(state).toBe(this.#name);
    expect(isFree).toBe(this.#name === 'closed' || hasRoom);
    expect(openings).toBe(this.#openings);
    if (this.#name === 'open') expect(remainingMs).toBeCloseTo(this.#openUntil - this.clock.now());
    else expect(remainingMs).toBeUndefined();
    expect(this.clock.timerCount).toBeLessThanOrEqual(1);
  }

  finish(): void {
    this.#circuit.dispose();
    expect(this.clock.timerCount).toBe(0);
  }

  #pass(): void {
    const now = this.clock.now();
    if (this.#name === 'open' && now >= this.#openUntil) this.#enterState('halfOpen');
    else if (now < this.#patienceUntil) return;
    this.#pending = 0;
    this.#patienceUntil = Number.POSITIVE_INFINITY;
  }

  #open(): void {
    const now = this.clock.now();
    if (this.#name === 'closed')
      this.#streak = Math.max(0, this.#streak - Math.floor((now - this.#closedAt) / OPEN_MS));
    this.#streak++;
    this.#openings++;
    const lengthening = 1 + this.#terms.chance * this.#terms.jitterRatio;
    this.#openUntil = now + Math.min(OPEN_MS * 2 ** (this.#streak - 1), MAX_OPEN_MS) * lengthening;
    this.#enterState('open');
  }

  #close(): void {
    this.#closedAt = this.clock.now();
    this.#enterState('closed');
  }

  #enterState(name: string): void {
    this.#name = name;
    this.#stay++;
    this.#pending = this.#succeeded = 0;
    this.#patienceUntil = Number.POSITIVE_INFINITY;
  }
}

const step = fc.oneof(
  fc.record({ kind: fc.constant('enter' as const) }),
  fc.record({
    kind: fc.constant('leave' as const),
    index: fc.nat(20),
    outcome: fc.constantFrom<CircuitOutcome>('succeeded', 'failed', 'neither'),
  }),
  fc.record({ kind: fc.constant('trip' as const) }),
  fc.record({ kind: fc.constant('close' as const) }),
  fc.record({ kind: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 700 }) }),
);

const terms = fc.record({
  probes: fc.integer({ min: 1, max: 3 }),
  jitterRatio: fc.constantFrom(0, 0.5),
  chance: fc.constantFrom(0, 0.5),
});

describe('a circuit breaker', () => {
  it('behaves as its diagram says, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(terms, fc.array(step, { maxLength: 60 }), (settings, steps) => {
        const bench = new Bench(settings);
        for (const each of steps) {
          if (each.kind === 'leave') bench.leave(each.index, each.outcome);
          else if (each.kind === 'advance') bench.advance(each.ms);
          else bench[each.kind]();
          bench.check();
        }
        bench.finish();
      }),
      { numRuns: 300 },
    );
  });
});
