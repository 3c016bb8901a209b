import type { AcceptorSnapshot } from '../metrics/snapshot.js';
import { verdictOf, type Verdict } from './verdict.js';

/** From where on a server is not well. */
export interface ServerHealthLimits {
  /** A loop that runs later than this, in ms, makes it `down`. */
  readonly maxLoopLagMs: number;
  /** The share of connections, of those that it lets in, from which on it is `degraded`. */
  readonly degradedConnectionsRatio: number;
}

/** The numbers behind a verdict, for people and for dashboards. */
export interface ServerHealthDetails {
  readonly state: AcceptorSnapshot['state'];
  /** Whether it lets connections in: it listens, and was not taken offline. */
  readonly isAccepting: boolean;
  readonly isOffline: boolean;
  readonly addresses: readonly string[];
  readonly connections: number;
  readonly maxConnections: number;
  readonly inFlight: number;
  readonly loopLagMs: number;
  /** Why it is not simply `up`. */
  readonly reasons: readonly string[];
}

export interface ServerVerdict {
  readonly verdict: Verdict;
  readonly details: ServerHealthDetails;
}

/** What a picture of a server says about its health. */
export function judgeServer(snapshot: AcceptorSnapshot, limits: ServerHealthLimits): ServerVerdict {
  const { state, isOffline, addresses, connections, maxConnections, inFlight } = snapshot;
  const failings = failingsOf(snapshot, limits);
  const impairments = impairmentsOf(snapshot, limits);
  return {
    verdict: verdictOf(failings, impairments),
    details: {
      state,
      isAccepting: state === 'listening' && !isOffline,
      ...{ isOffline, addresses, connections: connections.length, maxConnections, inFlight },
      loopLagMs: Math.round(snapshot.loopLagMs),
      reasons: [...failings, ...impairments],
    },
  };
}

function failingsOf(
  { state, isOffline, loopLagMs }: AcceptorSnapshot,
  { maxLoopLagMs }: ServerHealthLimits,
): string[] {
  const reasons: string[] = [];
  if (state !== 'listening')
    reasons.push(state === 'idle' ? 'it does not listen yet' : `it is ${state}`);
  if (isOffline) reasons.push('it was taken offline');
  if (loopLagMs > maxLoopLagMs)
    reasons.push(
      `the event loop is ${Math.round(loopLagMs)} ms late, more than ${maxLoopLagMs} ms`,
    );
  return reasons;
}

function impairmentsOf(
  { connections: { length: connections }, maxConnections }: AcceptorSnapshot,
  { degradedConnectionsRatio }: ServerHealthLimits,
): string[] {
  if (connections < maxConnections * degradedConnectionsRatio) return [];
  return [`${connections} of ${maxConnections} connections are taken`];
}
