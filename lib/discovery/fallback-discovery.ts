import type { Disposer } from '../common/emitter.js';
import type { Discovery, DiscoveryListener } from './discovery.js';
import type { Endpoint } from './endpoint.js';

/** A source, and the endpoints that hold when it fails before it has ever answered. */
export class FallbackDiscovery implements Discovery {
  readonly name: string;
  readonly #source: Discovery;
  readonly #fallback: readonly Endpoint[];

  constructor(source: Discovery, fallback: readonly Endpoint[]) {
    this.name = source.name;
    this.#source = source;
    this.#fallback = fallback;
  }

  watch(listener: DiscoveryListener): Disposer {
    let isKnown = false;
    return this.#source.watch({
      onEndpoints: (endpoints) => {
        isKnown = true;
        listener.onEndpoints(endpoints);
      },
      onError: (error) => {
        if (!isKnown) listener.onEndpoints(this.#fallback);
        isKnown = true;
        listener.onError(error);
      },
    });
  }

  refresh(): void {
    this.#source.refresh?.();
  }
}
