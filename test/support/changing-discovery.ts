import type { Disposer } from '../../lib/common/emitter.js';
import type { Discovery, DiscoveryListener } from '../../lib/discovery/discovery.js';
import type { EndpointInput } from '../../lib/discovery/endpoint.js';
import { createEndpoint } from '../../lib/discovery/endpoint.js';

/** A discovery that says what a test tells it to say. */
export class ChangingDiscovery implements Discovery {
  readonly name = 'changing';
  watches = 0;
  disposals = 0;
  #listener: DiscoveryListener | undefined;
  #known: readonly (string | EndpointInput)[] | undefined;

  /** @param known reported before `watch` returns; nothing when left out */
  constructor(known?: readonly (string | EndpointInput)[]) {
    this.#known = known;
  }

  watch(listener: DiscoveryListener): Disposer {
    this.watches++;
    this.#listener = listener;
    if (this.#known !== undefined) this.report(...this.#known);
    return () => {
      this.disposals++;
    };
  }

  /** Also after it was disposed, as a badly written one would. */
  report(...endpoints: readonly (string | EndpointInput)[]): void {
    this.#listener?.onEndpoints(endpoints.map((each) => createEndpoint(each)));
  }

  fail(error: Error): void {
    this.#listener?.onError(error);
  }
}
