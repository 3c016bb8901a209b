import type { ErrorCode } from '../errors/error-codes.js';
import { SocketPoolError } from '../errors/socket-pool-error.js';
import type { EndpointPools } from './endpoint-pools.js';
import type { PoolOptions } from './pool-options.js';

const MAX_ADDRESSES = 5;

export type ShortageCode = Extract<
  ErrorCode,
  'NO_CONNECTION' | 'ACQUIRE_TIMEOUT' | 'WAITERS_FULL' | 'IN_FLIGHT_LIMIT'
>;

/** What was there when something could not be sent. */
export interface Shortage {
  readonly options: PoolOptions;
  readonly endpoints: EndpointPools;
  readonly inFlight: number;
  readonly waiters: number;
}

/** Says why a call found no connection, with the numbers that tell what to change. */
export function shortageError(code: ShortageCode, shortage: Shortage): SocketPoolError {
  const { options, endpoints, waiters } = shortage;
  const { name, acquireTimeoutMs, maxWaiters } = options;
  const cause = endpoints.readyConnections > 0 ? undefined : endpoints.lastError;
  if (endpoints.active.length === 0 && code !== 'IN_FLIGHT_LIMIT')
    return new SocketPoolError('NO_ENDPOINT', `no endpoint of ${name} is known`, { cause });
  const when = code === 'ACQUIRE_TIMEOUT' ? ` within ${acquireTimeoutMs} ms` : '';
  const queue =
    code === 'WAITERS_FULL' ? `${waiters} of ${maxWaiters} waiting` : `${waiters} waiting`;
  const text = `no connection to ${name} at ${addressesOf(endpoints)}${when}: ${reasonOf(shortage)}, ${queue}`;
  return new SocketPoolError(code, text, { cause });
}

function addressesOf({ active }: EndpointPools): string {
  const addresses = active.slice(0, MAX_ADDRESSES).map((each) => each.endpoint.address);
  if (active.length > MAX_ADDRESSES) addresses.push(`${active.length - MAX_ADDRESSES} more`);
  return addresses.join(', ') || 'no endpoint';
}

function reasonOf({ options, endpoints, inFlight }: Shortage): string {
  const { maxInFlight, pool } = options;
  if (inFlight >= maxInFlight) return `${inFlight} of ${maxInFlight} calls in flight`;
  const { active, readyConnections, lastError } = endpoints;
  const most = Math.min(active.length * pool.maxConnections, pool.maxTotalConnections);
  if (readyConnections > 0) return `${readyConnections} of ${most} connections ready, all full`;
  const why = lastError === undefined ? '' : `, last failure: ${lastError.message}`;
  return `0 of ${most} connections ready${why}`;
}
