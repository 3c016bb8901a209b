import type { EndpointState, PoolState } from '../metrics/snapshot.js';
import type { EndpointPool } from './endpoint-pool.js';

/** What of an endpoint its state, and that of its pool, follow from. */
export interface EndpointStanding extends Pick<
  EndpointPool,
  'state' | 'weight' | 'readyCount' | 'isConnecting' | 'reconnectState'
> {
  readonly limits: { readonly minConnections: number };
}

export function endpointStateOf(endpointPool: EndpointStanding): EndpointState {
  if (endpointPool.state !== 'active') return endpointPool.state;
  if (endpointPool.readyCount > 0) return 'ready';
  if (endpointPool.isConnecting) return 'connecting';
  return endpointPool.reconnectState.dueInMs === undefined ? 'idle' : 'backoff';
}

/** The part of a pool's state that does not follow from its endpoints. */
export interface PoolPhase {
  readonly isStarted: boolean;
  /** Discovery has not answered yet. */
  readonly isDiscovering: boolean;
  readonly isDraining: boolean;
  readonly isClosed: boolean;
}

/** The state of a pool. It depends on the past: a pool that starts has not lost anything yet. */
export class PoolStateTracker {
  #current: PoolState = 'idle';
  /** There has been a ready connection. */
  #hasBeenReady = false;
  /** Once already every endpoint had its minimum. */
  #hasBeenComplete = false;

  get current(): PoolState {
    return this.#current;
  }

  /** @returns whether the state is another than before */
  update(phase: PoolPhase, endpoints: readonly EndpointStanding[]): boolean {
    const previous = this.#current;
    this.#current = this.#next(phase, endpoints);
    return this.#current !== previous;
  }

  #next(phase: PoolPhase, endpoints: readonly EndpointStanding[]): PoolState {
    if (phase.isClosed) return 'closed';
    if (phase.isDraining) return 'draining';
    return phase.isStarted ? this.#nextStarted(phase, endpoints) : 'idle';
  }

  #nextStarted({ isDiscovering }: PoolPhase, endpoints: readonly EndpointStanding[]): PoolState {
    const isReady = endpoints.some((each) => each.readyCount > 0);
    const isComplete = endpoints.length > 0 && missable(endpoints).every(hasItsMinimum);
    this.#hasBeenReady ||= isReady;
    this.#hasBeenComplete ||= isComplete && isReady;
    // Without a minimum a pool that nobody uses has no connections, and misses none.
    if (isComplete) return isReady ? 'ready' : 'idle';
    if (isReady) return this.#nextPartial(endpoints);
    return this.#nextWithout(!isDiscovering && endpoints.every(hasFailed));
  }

  #nextPartial(endpoints: readonly EndpointStanding[]): PoolState {
    const isStarting = !this.#hasBeenComplete && endpoints.some((each) => each.isConnecting);
    return isStarting && !endpoints.some(hasFailed) ? 'starting' : 'degraded';
  }

  #nextWithout(isHopeless: boolean): PoolState {
    return this.#hasBeenReady || isHopeless ? 'unavailable' : 'starting';
  }
}

/** What is there only for need (weight 0) is not missed while the others do. */
function missable(endpoints: readonly EndpointStanding[]): readonly EndpointStanding[] {
  const weighted = endpoints.filter((each) => each.weight > 0);
  return weighted.length === 0 ? endpoints : weighted;
}

function hasItsMinimum(endpointPool: EndpointStanding): boolean {
  const { readyCount, limits, reconnectState } = endpointPool;
  return readyCount >= limits.minConnections && (readyCount > 0 || reconnectState.failures === 0);
}

function hasFailed(endpointPool: EndpointStanding): boolean {
  return endpointPool.reconnectState.failures > 0;
}
