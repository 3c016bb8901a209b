import type { Disposer } from '../../lib/common/emitter.js';
import type { Discovery } from '../../lib/discovery/discovery.js';
import type { Endpoint } from '../../lib/discovery/endpoint.js';

/** What a discovery reports to one watch. */
export class WatchedDiscovery {
  readonly reports: (readonly Endpoint[])[] = [];
  readonly errors: Error[] = [];
  readonly dispose: Disposer;

  constructor(discovery: Discovery) {
    this.dispose = discovery.watch({
      onEndpoints: (endpoints) => this.reports.push(endpoints),
      onError: (error) => this.errors.push(error),
    });
  }

  /** The last report, as `address weight`, in order of the addresses. */
  get found(): string[] {
    const last = this.reports.at(-1) ?? [];
    return last.map(({ address, weight }) => `${address} ${weight}`).toSorted();
  }
}
