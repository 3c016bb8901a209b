import type { ConnectionSnapshot, ConnectionState } from '../../../metrics/snapshot.js';

/** Of connections that there are; closed ones are gone. */
export const CONNECTION_STATES = [
  'handshaking',
  'ready',
  'draining',
] as const satisfies readonly ConnectionState[];

type Connections = readonly ConnectionSnapshot[];

export function busyCount(connections: Connections): number {
  return connections.filter(({ inFlight }) => inFlight > 0).length;
}

export function silentCount(connections: Connections): number {
  return connections.filter(({ missedHeartbeats }) => missedHeartbeats > 0).length;
}

/** The share of connections that are not idle, 0–1; 0 when there are none. */
export function busyShare(connections: Connections): number {
  return connections.length === 0 ? 0 : busyCount(connections) / connections.length;
}

export function unsentBytes(connections: Connections): number {
  return connections.reduce((sum, { pendingBytes }) => sum + pendingBytes, 0);
}

/** `undefined` when no heartbeat has been answered yet. */
export function slowestRoundTripMs(connections: Connections): number | undefined {
  return greatest(connections.map(({ lastRoundTripMs }) => lastRoundTripMs));
}

export function greatestPeerLagMs(connections: Connections): number | undefined {
  return greatest(connections.map(({ peerLoopLagMs }) => peerLoopLagMs));
}

function greatest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((most, value) => Math.max(most, value));
}
