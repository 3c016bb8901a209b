import type { EndpointState, PoolState } from '../metrics/snapshot.js';
import type { EndpointPool } from './endpoint-pool.js';

/** The part of a pool's state that does not follow from its endpoints. */
export interface PoolPhase {
  readonly isStarted: boolean;
  /** There has been a ready connection. */
  readonly hasBeenReady: boolean;
  readonly isDraining: boolean;
  readonly isClosed: boolean;
}

export function endpointStateOf(endpointPool: EndpointPool): EndpointState {
  if (endpointPool.state !== 'active') return endpointPool.state;
  if (endpointPool.readyCount > 0) return 'ready';
  if (endpointPool.isConnecting) return 'connecting';
  return endpointPool.reconnectState.dueInMs === undefined ? 'idle' : 'backoff';
}

export function poolStateOf(phase: PoolPhase, endpoints: readonly EndpointPool[]): PoolState {
  if (phase.isClosed) return 'closed';
  if (phase.isDraining) return 'draining';
  if (!phase.isStarted) return 'idle';
  const isUp = (each: EndpointPool): boolean => each.readyCount >= each.limits.minConnections;
  const ready = endpoints.filter((each) => each.readyCount > 0).length;
  if (endpoints.length > 0 && endpoints.every(isUp)) return 'ready';
  if (ready > 0) return phase.hasBeenReady ? 'degraded' : 'starting';
  return phase.hasBeenReady || endpoints.every((each) => each.reconnectState.failures > 0)
    ? 'unavailable'
    : 'starting';
}
