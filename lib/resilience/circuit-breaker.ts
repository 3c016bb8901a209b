/**
 * Leaves alone what fails, and finds out with few calls whether it works again.
 *
 *            trip                   time over
 *   closed ────────▶ open ─────────────────────────▶ halfOpen
 *     ▲               ▲                               │    │
 *     │               └── trip, or a probe failed ────┘    │
 *     └──────────────── enough probes succeeded ───────────┘
 *
 * When to trip is decided by whoever owns it: this is the part that all breakers have in common. What
 * a call finds out counts for the state in which it was begun: an answer that was under way when the
 * circuit opened says nothing of how things are afterwards.
 *
 * Source: Nygard, "Release It!" (2007); the growing time is that of Envoy's outlier detection.
 */
import type { Clock, Timer } from '../common/clock.js';
import type { Random } from '../common/random.js';

export type CircuitStateName = 'closed' | 'open' | 'halfOpen';

/** What a call tells of what it called. `neither`: it was given up, or refused before it ran. */
export type CircuitOutcome = 'succeeded' | 'failed' | 'neither';

export interface CircuitTerms {
  /** How long it is open the first time, in ms; twice as long each further time. */
  readonly openMs: number;
  /** Where the doubling stops, in ms, before jitter. */
  readonly maxOpenMs: number;
  /** By how much the time is lengthened at random, at most: 0.2 is a fifth. */
  readonly jitterRatio: number;
  /** How many calls go through at once while it is half open, and have to succeed for it to close. */
  readonly probes: number;
}

/** How long probes keep others from being tried, in ms: one without a deadline may never be settled. */
const PROBE_PATIENCE_MS = 1_000;

/** Beyond this many doublings any cap is reached. */
const MAX_DOUBLINGS = 30;

type CircuitState =
  | { readonly name: 'closed'; readonly since: number }
  | { readonly name: 'open'; readonly until: number; readonly timer: Timer }
  | { readonly name: 'halfOpen'; pending: number; succeeded: number; timer: Timer | undefined };

export class CircuitBreaker {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #terms: CircuitTerms;
  readonly #onChange: (to: CircuitStateName) => void;
  #state: CircuitState = { name: 'closed', since: Number.NEGATIVE_INFINITY };
  /** Tells calls of this state from those of earlier ones. */
  #pass = 0;
  /** Openings that have not been forgiven. */
  #streak = 0;
  #openings = 0;

  /** @param onChange told after each change of the state */
  constructor(
    clock: Clock,
    random: Random,
    terms: CircuitTerms & { readonly onChange: (to: CircuitStateName) => void },
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#terms = terms;
    this.#onChange = terms.onChange;
  }

  get state(): CircuitStateName {
    return this.#state.name;
  }

  /** Whether a call may go through: it is closed, or half open with room for a probe. */
  get isFree(): boolean {
    if (this.#state.name === 'halfOpen') return this.#state.pending < this.#terms.probes;
    return this.#state.name === 'closed';
  }

  /** What a call of now has to present when it leaves. */
  get pass(): number {
    return this.#pass;
  }

  /** How often it opened, ever. */
  get openings(): number {
    return this.#openings;
  }

  /** Until it becomes half open, in ms; `undefined` when it is not open. */
  get remainingMs(): number | undefined {
    if (this.#state.name !== 'open') return undefined;
    return Math.max(0, this.#state.until - this.#clock.now());
  }

  /**
   * A call goes through, whether there was room for it or not.
   *
   * @returns its pass, for {@link leave}
   */
  enter(): number {
    if (this.#state.name === 'halfOpen') this.#enterAsProbe(this.#state);
    return this.#pass;
  }

  /** A call that went through is settled. Counts only while half open, and only if it was begun then. */
  leave(pass: number, outcome: CircuitOutcome): void {
    const state = this.#state;
    if (state.name !== 'halfOpen' || pass !== this.#pass) return;
    if (state.pending > 0) state.pending--;
    if (outcome === 'failed') this.trip();
    else if (outcome === 'succeeded' && ++state.succeeded >= this.#terms.probes) this.close();
  }

  /** Opens, for longer than the last time, unless that was long ago. An open one stays as it is. */
  trip(): void {
    const state = this.#state;
    if (state.name === 'open') return;
    const now = this.#clock.now();
    if (state.name === 'closed') this.#forgive(now - state.since);
    this.#streak++;
    this.#openings++;
    const openMs = this.#nextOpenMs();
    const timer = this.#clock.schedule(openMs, () =>
      this.#transition({ name: 'halfOpen', pending: 0, succeeded: 0, timer: undefined }),
    );
    this.#transition({ name: 'open', until: now + openMs, timer });
  }

  /** Closes, without further proof. A closed one stays as it is. */
  close(): void {
    if (this.#state.name === 'closed') return;
    this.#transition({ name: 'closed', since: this.#clock.now() });
  }

  /** Lets go of its timers, and stays as it is. */
  dispose(): void {
    if (this.#state.name !== 'closed') this.#state.timer?.cancel();
  }

  #enterAsProbe(state: CircuitState & { name: 'halfOpen' }): void {
    state.pending++;
    state.timer ??= this.#clock.schedule(PROBE_PATIENCE_MS, () => {
      state.timer = undefined;
      state.pending = 0;
    });
  }

  /** One opening for each time that it lasted at first. */
  #forgive(closedMs: number): void {
    const forgiven = Math.floor(closedMs / this.#terms.openMs);
    this.#streak = Math.max(0, this.#streak - forgiven);
  }

  #nextOpenMs(): number {
    const { openMs, maxOpenMs, jitterRatio } = this.#terms;
    const doublings = Math.min(this.#streak - 1, MAX_DOUBLINGS);
    return Math.min(openMs * 2 ** doublings, maxOpenMs) * (1 + this.#random() * jitterRatio);
  }

  #transition(to: CircuitState): void {
    this.dispose();
    this.#state = to;
    this.#pass++;
    this.#onChange(to.name);
  }
}
