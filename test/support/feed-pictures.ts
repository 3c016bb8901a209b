import type {
  FeedEndpoint,
  FeedPicture,
  FeedPool,
  FeedServer,
  FeedService,
} from '../../lib/management/worker/page/feed-picture.js';
import { endpointSnapshot, poolSnapshot } from './snapshots.js';

/** Events of the feed in which all is well, for tests to change where they need something else. */
export function feedPicture(changes: Partial<FeedPicture> = {}): FeedPicture {
  return {
    service: reportOf(),
    isLive: true,
    isReady: true,
    reasons: [],
    maxLagMs: 1,
    incidents: [],
    lastEventAt: null,
    picture: feedService(),
    ...changes,
  };
}

export function reportOf(changes: Partial<FeedPicture['service']> = {}): FeedPicture['service'] {
  return {
    at: 1_700_000_000_000,
    phase: 'running',
    availability: 'online',
    isAvailabilityApplied: true,
    silentMs: 3,
    stuckSince: null,
    isolation: 'thread',
    picture: { takenAt: 1_700_000_000_000, ageMs: 400 },
    ...changes,
  };
}

export function feedService(changes: Partial<FeedService> = {}): FeedService {
  return {
    takenAt: 1_700_000_000_000,
    bucketsMs: [1, 10, 100],
    pools: [],
    omittedPools: 0,
    servers: [],
    indicators: [],
    process: {
      pid: 7,
      uptimeMs: 1_000,
      cpuUserMicros: 0,
      cpuSystemMicros: 0,
      heapUsedBytes: 10,
      heapTotalBytes: 20,
      externalBytes: 0,
      rssBytes: 30,
      eventLoopUtilization: 0.5,
      gcCount: 0,
      gcMs: 0,
    },
    ...changes,
  };
}

export function feedPool(started: number, counts: readonly number[]): FeedPool {
  const { name, state, waiters, inFlight, calls, littlesLaw, sizing } = poolSnapshot();
  return {
    ...{ name, state, waiters, inFlight, littlesLaw, sizing },
    calls: { ...calls, started, durations: { counts, sumMs: 0 } },
    endpoints: [],
    omittedEndpoints: 0,
    connectionCount: 2,
  };
}

export function feedServer(calls: number, durations: readonly number[]): FeedServer {
  const pattern = { pattern: 'sum', isEvent: false, errors: 0, inFlight: 1, durationSumMs: 0 };
  return {
    name: 'server 0',
    addresses: ['tcp://127.0.0.1:4000'],
    state: 'listening',
    maxConnections: 100,
    inFlight: 3,
    accepted: 4,
    connectionCount: 4,
    rejected: 0,
    refused: 0,
    patterns: [{ ...pattern, calls, durations }],
    omittedPatterns: 0,
  };
}

export function feedEndpoint(changes: Partial<FeedEndpoint> = {}): FeedEndpoint {
  return { ...endpointSnapshot(), connections: [], omittedConnections: 0, ...changes };
}
