import type { SocketPoolError } from '../errors/socket-pool-error.js';
import type { Endpoint } from '../discovery/endpoint.js';
import type { GoAwayFrame } from '../protocol/frame.js';
import type { EndpointPool } from './endpoint-pool.js';
import type { CloseReason } from './failure-cause.js';
import type { PooledConnection, PooledConnectionOwner } from './pooled-connection.js';

/** Somebody waits for a connection to whichever endpoint. */
export interface Demand {
  readonly isDemanded: boolean;
  /** How soon an attempt has to be made for those that wait, in ms; `Infinity` when there is no hurry. */
  readonly hurryMs: number;
}

export interface EndpointPoolOwner extends Demand {
  /** Makes a connection to the endpoint, not yet started. */
  makeConnection(endpoint: Endpoint, owner: PooledConnectionOwner): PooledConnection;
  /** Whether the limit of all endpoints together leaves room for another connection to this one. */
  mayOpen(endpointPool: EndpointPool): boolean;
  /** Whether another endpoint has taken calls for long enough to take this one's as well. */
  hasWarmOther(endpointPool: EndpointPool): boolean;
  onConnecting(endpointPool: EndpointPool): void;
  onEstablished(endpointPool: EndpointPool, pooled: PooledConnection): void;
  onConnectFailed(endpointPool: EndpointPool, error: SocketPoolError): void;
  onDraining(
    endpointPool: EndpointPool,
    pooled: PooledConnection,
    goAway: GoAwayFrame | undefined,
  ): void;
  onClosed(
    endpointPool: EndpointPool,
    pooled: PooledConnection,
    end: { reason: CloseReason; error: Error | undefined },
  ): void;
}
