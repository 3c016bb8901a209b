import type { EndpointSnapshot, PoolSnapshot } from '../../../metrics/snapshot.js';
import type { ServerPicture, ServicePicture } from '../../management.contract.js';
import { DURATION_BUCKETS_MS } from '../../management.contract.js';
import type { FeedEndpoint, FeedPool, FeedServer, FeedService } from './feed-picture.js';

/** How many of each the page shows; the rest is counted. */
const MAX_POOLS = 40;
const MAX_ENDPOINTS = 60;
const MAX_CONNECTIONS = 60;
const MAX_PATTERNS = 50;

/** The picture cut to what people can look at, however much the service has of everything. */
export function summarise(picture: ServicePicture): FeedService {
  const { takenAt, pools, servers, indicators, process } = picture;
  return {
    takenAt,
    bucketsMs: DURATION_BUCKETS_MS,
    pools: pools.slice(0, MAX_POOLS).map(summarisePool),
    omittedPools: Math.max(pools.length - MAX_POOLS, 0),
    servers: servers.map(summariseServer),
    indicators,
    process,
  };
}

function summarisePool(pool: PoolSnapshot): FeedPool {
  const { name, state, waiters, inFlight, calls, littlesLaw, sizing, endpoints } = pool;
  return {
    ...{ name, state, waiters, inFlight, calls, littlesLaw, sizing },
    endpoints: endpoints.slice(0, MAX_ENDPOINTS).map(summariseEndpoint),
    omittedEndpoints: Math.max(endpoints.length - MAX_ENDPOINTS, 0),
    connectionCount: endpoints.reduce((total, each) => total + each.connections.length, 0),
  };
}

function summariseEndpoint(endpoint: EndpointSnapshot): FeedEndpoint {
  const { connections } = endpoint;
  return {
    ...endpoint,
    connections: connections.slice(0, MAX_CONNECTIONS),
    omittedConnections: Math.max(connections.length - MAX_CONNECTIONS, 0),
  };
}

function summariseServer(server: ServerPicture): FeedServer {
  const { name, addresses, state, maxConnections, inFlight, accepted, patterns } = server;
  const busiest = [...patterns].sort((a, b) => b.calls - a.calls);
  return {
    ...{ name, addresses, state, maxConnections, inFlight, accepted },
    connectionCount: server.connections.length,
    rejected: sum(Object.values(server.rejected)),
    refused: sum(Object.values(server.refused)),
    patterns: busiest.slice(0, MAX_PATTERNS),
    omittedPatterns: Math.max(patterns.length - MAX_PATTERNS, 0),
  };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
