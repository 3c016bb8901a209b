import type { SizingDecision, SizingFacts, SizingLimits } from './pool-sizing.js';
import { decideSize, isLoadLow } from './pool-sizing.js';

/** The size of one endpoint over time: what was changed last, and how long the load has been low. */
export class EndpointSizing {
  #limits: SizingLimits;
  #changedAt = Number.NEGATIVE_INFINITY;
  #lowLooks = 0;

  constructor(limits: SizingLimits) {
    this.#limits = limits;
  }

  get limits(): SizingLimits {
    return this.#limits;
  }

  resize(limits: SizingLimits): void {
    this.#limits = limits;
  }

  /** A second has passed. */
  look(facts: SizingFacts): void {
    this.#lowLooks = isLoadLow(facts, this.#limits) ? this.#lowLooks + 1 : 0;
  }

  decide(facts: SizingFacts, now: number): SizingDecision {
    const view = { ...facts, msSinceChange: now - this.#changedAt, lowLooks: this.#lowLooks };
    return decideSize(view, this.#limits);
  }

  /** The number was changed because the load asked for it. */
  changed(now: number): void {
    this.#changedAt = now;
    this.#lowLooks = 0;
  }
}
