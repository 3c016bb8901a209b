import type { SubsetOptions } from '../balancing/subset.js';
import { subsetOf } from '../balancing/subset.js';
import type { Disposer } from '../common/emitter.js';
import type { Discovery, DiscoveryListener } from '../discovery/discovery.js';
import type { Endpoint } from '../discovery/endpoint.js';

/**
 * What another discovery finds, but only this client's subset of it: nothing else gets a connection.
 * Endpoints of weight 0 would only take up places: they are left out while there are others.
 */
export class SubsetDiscovery implements Discovery {
  readonly name: string;
  readonly #source: Discovery;
  readonly #options: SubsetOptions;
  #known = 0;

  constructor(source: Discovery, options: SubsetOptions) {
    this.name = source.name;
    this.#source = source;
    this.#options = options;
  }

  /** How many endpoints there are in all, by the last report. */
  get known(): number {
    return this.#known;
  }

  /** How many of them are taken, at the most. */
  get size(): number {
    return this.#options.size;
  }

  watch(listener: DiscoveryListener): Disposer {
    return this.#source.watch({
      onEndpoints: (endpoints) => listener.onEndpoints(this.#choose(endpoints)),
      onError: (error) => listener.onError(error),
    });
  }

  refresh(): void {
    this.#source.refresh?.();
  }

  #choose(endpoints: readonly Endpoint[]): readonly Endpoint[] {
    // Of several with one key the last counts, as everywhere.
    const distinct = [...new Map(endpoints.map((each) => [each.key, each])).values()];
    this.#known = distinct.length;
    if (distinct.length <= this.#options.size) return distinct;
    const takers = distinct.filter(({ weight }) => weight > 0);
    const chosen = takers.length > 0 ? takers : distinct;
    return subsetOf(chosen, (endpoint) => endpoint.key, this.#options);
  }
}
