import { HealthClass } from '../balancing/balanced-node.js';
import type { EndpointBalancer } from './endpoint-balancer.js';
import type { EndpointPool } from './endpoint-pool.js';

/**
 * The endpoint for the next call.
 *
 * @param avoided another than this, where there is one
 */
export function chooseEndpoint(
  active: readonly EndpointPool[],
  balancer: EndpointBalancer,
  avoided: EndpointPool | undefined,
  stickyKey: string | undefined,
): EndpointPool | undefined {
  if (active.length === 1) return active[0];
  const picked = balancer.pick(active, stickyKey);
  if (avoided === undefined || picked !== avoided) return picked;
  const others = active.filter((each) => each !== avoided);
  return balancer.pick(others, stickyKey) ?? picked;
}

/** Whether another endpoint has taken calls for long enough to take this one's as well. */
export function hasWarmOther(active: readonly EndpointPool[], endpointPool: EndpointPool): boolean {
  return active.some((each) => each !== endpointPool && isHealthy(each) && each.slowStart.isWarm);
}

function isHealthy({ healthClass, weight }: EndpointPool): boolean {
  return healthClass < HealthClass.Ejected && weight > 0;
}
