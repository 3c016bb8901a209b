import type { EndpointSnapshot, PoolSnapshot } from '../metrics/snapshot.js';
import { verdictOf, type Verdict } from './verdict.js';

/** The numbers behind a verdict, for people and for dashboards. */
export interface EndpointHealthDetails {
  readonly endpoint: string;
  /** `unknown`: the pool has no such endpoint, or not any more. */
  readonly state: EndpointSnapshot['state'] | 'unknown';
  readonly readyConnections: number;
  readonly connections: number;
  readonly inFlight: number;
  /** Failed attempts to connect in a row. */
  readonly connectFailures: number;
  /** Why it is not simply `up`. */
  readonly reasons: readonly string[];
}

export interface EndpointVerdict {
  readonly verdict: Verdict;
  readonly details: EndpointHealthDetails;
}

/** What a picture of a pool says about one of its endpoints. One that nobody asked for yet is `up`. */
export function judgeEndpoint({ endpoints }: PoolSnapshot, address: string): EndpointVerdict {
  const endpoint = endpoints.find((each) => each.address === address);
  if (endpoint === undefined) return unknown(address);
  const { state, connections, inFlight, connectFailures } = endpoint;
  const readyConnections = connections.filter((each) => each.state === 'ready').length;
  const failings = failingsOf(endpoint, readyConnections);
  const impairments = impairmentsOf(endpoint, readyConnections);
  return {
    verdict: verdictOf(failings, impairments),
    details: {
      ...{ endpoint: address, state, readyConnections, connections: connections.length },
      ...{ inFlight, connectFailures },
      reasons: [...failings, ...impairments],
    },
  };
}

function failingsOf(
  { state, lastError, nextAttemptInMs }: EndpointSnapshot,
  readyConnections: number,
): string[] {
  if (state === 'idle') return [];
  if (state === 'draining' || state === 'closed') return [`the endpoint is ${state}`];
  if (readyConnections > 0) return [];
  const failure = lastError === undefined ? '' : `, last failure: ${lastError.code}`;
  const attempt =
    nextAttemptInMs === undefined ? '' : `, next attempt in ${Math.round(nextAttemptInMs)} ms`;
  return [`no connection is ready${failure}${attempt}`];
}

function impairmentsOf(
  { state, connections, minConnections }: EndpointSnapshot,
  readyConnections: number,
): string[] {
  if (state === 'idle') return [];
  const reasons: string[] = [];
  if (readyConnections > 0 && readyConnections < minConnections)
    reasons.push(`${readyConnections} of ${minConnections} minimum connections are ready`);
  const silent = connections.filter(
    (each) => each.state === 'ready' && each.missedHeartbeats > 0,
  ).length;
  if (silent > 0) reasons.push(`${silent} connections wait for a heartbeat`);
  return reasons;
}

function unknown(endpoint: string): EndpointVerdict {
  return {
    verdict: 'down',
    details: {
      ...{ endpoint, state: 'unknown', readyConnections: 0, connections: 0, inFlight: 0 },
      ...{ connectFailures: 0, reasons: ['the pool has no such endpoint'] },
    },
  };
}
