import type { Clock } from '../../lib/common/clock.js';
import type { Random } from '../../lib/common/random.js';

/** How an instance behaves; may change at any time. */
export interface ServerTraits {
  /** Mean time of a call in ms, once the instance is warm; times are distributed exponentially. */
  meanMs: number;
  /** Calls it works on at once; the others queue. */
  slots: number;
  /** Answers at once, with an error. */
  isFailing: boolean;
  /** Takes no new calls. */
  isDown: boolean;
}

type OnDone = (isGood: boolean) => void;

/** How much longer the first call of a cold instance takes. */
const COLD_FACTOR = 5;
/** After how many calls two thirds of that are gone. */
const WARM_UP_CALLS = 500;
const FAILURE_MS = 1;
/** A caller waits no longer; the time travels with the call. */
export const DEADLINE_MS = 1_000;

/** An instance of a service: a queue before some slots. */
export class SimulatedServer {
  readonly name: string;
  readonly traits: ServerTraits;
  handled = 0;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #queue: { readonly since: number; readonly onDone: OnDone }[] = [];
  #running = 0;
  #sinceStart: number;

  constructor(name: string, clock: Clock, random: Random, isCold = false) {
    this.name = name;
    this.#clock = clock;
    this.#random = random;
    this.#sinceStart = isCold ? 0 : Number.POSITIVE_INFINITY;
    this.traits = { meanMs: 10, slots: 16, isFailing: false, isDown: false };
  }

  /** Another process from now on, and a cold one. */
  restart(): void {
    this.#sinceStart = 0;
    this.traits.isDown = false;
  }

  handle(onDone: OnDone): void {
    this.handled++;
    this.#queue.push({ since: this.#clock.now(), onDone });
    this.#work();
  }

  #work(): void {
    while (this.#running < this.traits.slots && this.#queue.length > 0) {
      const { since, onDone } = this.#queue.shift()!;
      if (this.#clock.now() - since >= DEADLINE_MS) {
        onDone(false);
        continue;
      }
      const isGood = !this.traits.isFailing;
      this.#running++;
      this.#clock.schedule(isGood ? this.#serviceMs() : FAILURE_MS, () => {
        this.#running--;
        onDone(isGood);
        this.#work();
      });
    }
  }

  #serviceMs(): number {
    const coldness = Math.exp(-this.#sinceStart++ / WARM_UP_CALLS);
    const meanMs = this.traits.meanMs * (1 + (COLD_FACTOR - 1) * coldness);
    return -Math.log(1 - this.#random()) * meanMs;
  }
}
