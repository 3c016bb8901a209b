import type { Endpoint } from './endpoint.js';

/** What became of the endpoints between one report of a discovery and the next. */
export interface EndpointChange {
  readonly added: readonly Endpoint[];
  readonly removed: readonly Endpoint[];
  /** As they are described now: weight, zone and metadata may be others. */
  readonly kept: readonly Endpoint[];
}

/** The endpoints that are known, by key; says what each new report changes. */
export class EndpointSet implements Iterable<Endpoint> {
  #endpoints: ReadonlyMap<string, Endpoint> = new Map();

  get size(): number {
    return this.#endpoints.size;
  }

  get(key: string): Endpoint | undefined {
    return this.#endpoints.get(key);
  }

  /**
   * Takes a full set in place of the last one. Of several endpoints with one key the last counts. A
   * key whose address changed is another endpoint: the old one is removed, the new one added.
   */
  replace(endpoints: readonly Endpoint[]): EndpointChange {
    const previous = this.#endpoints;
    const current = new Map(endpoints.map((endpoint) => [endpoint.key, endpoint]));
    this.#endpoints = current;
    const isIn = (map: ReadonlyMap<string, Endpoint>) => (endpoint: Endpoint) =>
      map.get(endpoint.key)?.address === endpoint.address;
    const isOld = isIn(previous);
    const isStillThere = isIn(current);
    return {
      added: [...current.values()].filter((endpoint) => !isOld(endpoint)),
      removed: [...previous.values()].filter((endpoint) => !isStillThere(endpoint)),
      kept: [...current.values()].filter(isOld),
    };
  }

  [Symbol.iterator](): Iterator<Endpoint> {
    return this.#endpoints.values();
  }
}
