import type { EndpointSnapshot, PoolSnapshot } from '../metrics/snapshot.js';
import type { Verdict } from './verdict.js';
import { verdictOf } from './verdict.js';

/** From where on a pool is not well. */
export interface PoolHealthLimits {
  /** Fewer ready connections than this are `down`. */
  readonly minReadyConnections: number;
  /** So many calls that wait for a connection are `degraded`. */
  readonly degradedWaiters: number;
}

/** The numbers behind a verdict, for people and for dashboards. */
export interface PoolHealthDetails {
  readonly state: PoolSnapshot['state'];
  readonly readyConnections: number;
  readonly connections: number;
  readonly readyEndpoints: number;
  readonly endpoints: number;
  /** Addresses of endpoints that take no calls, the first few. */
  readonly unavailable: readonly string[];
  readonly inFlight: number;
  readonly waiters: number;
  /** Why it is not simply `up`. */
  readonly reasons: readonly string[];
}

export interface PoolVerdict {
  readonly verdict: Verdict;
  readonly details: PoolHealthDetails;
}

const MAX_NAMED = 5;

/**
 * What a picture of a pool says about its health. A lazy pool that nobody asked yet is `up`: nothing is
 * known against it, and a readiness probe that failed would keep the first call away for ever.
 */
export function judgePool(snapshot: PoolSnapshot, limits: PoolHealthLimits): PoolVerdict {
  // An endpoint that left the discovery finishes what it has, and is missed by nobody.
  const expected = snapshot.endpoints.filter(
    ({ state }) => state !== 'draining' && state !== 'closed',
  );
  const connections = expected.flatMap((endpoint) => endpoint.connections);
  const ready = connections.filter(({ state }) => state === 'ready');
  const unavailable = expected.filter((endpoint) => !hasReady(endpoint));
  const failings = failingsOf(snapshot, ready.length, limits);
  const impairments = snapshot.state === 'idle' ? [] : impairmentsOf(snapshot, expected, limits);
  return {
    verdict: verdictOf(failings, impairments),
    details: {
      state: snapshot.state,
      readyConnections: ready.length,
      connections: connections.length,
      readyEndpoints: expected.length - unavailable.length,
      endpoints: expected.length,
      unavailable: unavailable.slice(0, MAX_NAMED).map(({ address }) => address),
      inFlight: snapshot.inFlight,
      waiters: snapshot.waiters,
      reasons: [...failings, ...impairments],
    },
  };
}

function hasReady(endpoint: EndpointSnapshot): boolean {
  return endpoint.connections.some(({ state }) => state === 'ready');
}

function failingsOf(
  { state }: PoolSnapshot,
  readyConnections: number,
  { minReadyConnections }: PoolHealthLimits,
): string[] {
  if (state === 'idle') return [];
  if (state === 'draining' || state === 'closed') return [`the pool is ${state}`];
  if (readyConnections >= minReadyConnections) return [];
  return [`${readyConnections} connections are ready, ${minReadyConnections} are needed`];
}

function impairmentsOf(
  { waiters }: PoolSnapshot,
  endpoints: readonly EndpointSnapshot[],
  { degradedWaiters }: PoolHealthLimits,
): string[] {
  const reasons: string[] = [];
  const down = endpoints.filter((endpoint) => !hasReady(endpoint));
  if (down.length > 0) {
    reasons.push(
      `${down.length} of ${endpoints.length} endpoints take no calls${lastErrorOf(down)}`,
    );
  }
  const silent = endpoints
    .flatMap(({ connections }) => connections)
    .filter(({ state, missedHeartbeats }) => state === 'ready' && missedHeartbeats > 0);
  if (silent.length > 0) reasons.push(`${silent.length} connections wait for a heartbeat`);
  if (waiters >= degradedWaiters) reasons.push(`${waiters} calls wait for a connection`);
  return reasons;
}

function lastErrorOf(endpoints: readonly EndpointSnapshot[]): string {
  const error = endpoints.find(({ lastError }) => lastError !== undefined)?.lastError;
  return error === undefined ? '' : `, last failure: ${error.code}`;
}
