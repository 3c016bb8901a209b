import type { Disposer } from '../common/emitter.js';
import { invalidOptionsError } from '../errors/socket-pool-error.js';
import type { Discovery, DiscoveryListener } from './discovery.js';
import type { Endpoint, EndpointInput } from './endpoint.js';
import { createEndpoint } from './endpoint.js';

/** A list that never changes; reported once, before `watch` returns. */
export class StaticDiscovery implements Discovery {
  readonly name = 'static';
  readonly #endpoints: readonly Endpoint[];

  /** @throws SocketPoolError `INVALID_OPTIONS` for an unusable endpoint, or two with one key */
  constructor(endpoints: readonly (string | EndpointInput)[]) {
    this.#endpoints = Object.freeze(endpoints.map((each) => createEndpoint(each)));
    const keys = this.#endpoints.map((endpoint) => endpoint.key);
    const repeated = [...new Set(keys.filter((key, index) => keys.indexOf(key) !== index))];
    if (repeated.length === 0) return;
    const problems = repeated.map((key) => `${key}: is listed more than once`);
    throw invalidOptionsError('the list of endpoints', problems);
  }

  watch(listener: DiscoveryListener): Disposer {
    listener.onEndpoints(this.#endpoints);
    return () => {};
  }
}
