import type { EndpointInput } from '../../../lib/discovery/endpoint.js';
import type { PoolOptionsInput } from '../../../lib/pool/pool-options.js';
import { ChangingDiscovery } from '../../support/changing-discovery.js';
import { PoolStage } from '../../support/pool-stage.js';

export type Balancing = NonNullable<PoolOptionsInput['balancing']>;

export const addressesOf = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `tcp://${'abcdefghij'[index]}:1`);

/** A pool that is ready, and how it spreads its calls. */
export async function balanced(
  balancing: Balancing,
  endpoints: readonly (string | EndpointInput)[],
) {
  const services = endpoints.map((each) => (typeof each === 'string' ? each : each.address));
  const discovery = new ChangingDiscovery(endpoints);
  const stage = await PoolStage.ready({ discovery, balancing }, { services });
  /** How many calls each endpoint has had since the last count. */
  const seen = new Map<string, number>();
  const counts = (): number[] =>
    services.map((address) => {
      const total = stage.service(address).requests.length;
      const count = total - (seen.get(address) ?? 0);
      seen.set(address, total);
      return count;
    });
  const weights = (): number[] =>
    services.map((address) => stage.endpoint(address).effectiveWeight);
  return { stage, discovery, services, counts, weights };
}

/** One call every millisecond. */
export async function steadily(stage: PoolStage, calls: number): Promise<void> {
  for (let call = 0; call < calls; call++) {
    stage.call();
    await stage.clock.advanceAsync(1);
  }
}
