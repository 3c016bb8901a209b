import type { Disposer } from '../common/emitter.js';
import type { Discovery, DiscoveryListener } from './discovery.js';
import type { Endpoint } from './endpoint.js';

/** Several sources as one. What one of them finds counts at once; it does not wait for the others. */
export class MergedDiscovery implements Discovery {
  readonly name: string;
  readonly #sources: readonly Discovery[];

  constructor(sources: readonly Discovery[]) {
    this.#sources = sources;
    this.name = sources.map((source) => source.name).join(', ');
  }

  watch(listener: DiscoveryListener): Disposer {
    const found = new Map<Discovery, readonly Endpoint[]>();
    const watchSource = (source: Discovery): Disposer =>
      source.watch({
        onEndpoints: (endpoints) => {
          found.set(source, endpoints);
          listener.onEndpoints([...found.values()].flat());
        },
        onError: (error) => listener.onError(error),
      });
    const disposers = this.#sources.map((source) => watchSource(source));
    return () => {
      for (const dispose of disposers) dispose();
    };
  }

  refresh(): void {
    for (const source of this.#sources) source.refresh?.();
  }
}
