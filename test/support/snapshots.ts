import { CauseCounts } from '../../lib/metrics/cause-counts.js';
import {
  ACTIVE_CLOSE_CAUSES,
  BEACON_VERDICTS,
  CONNECT_FAILURE_CAUSES,
  EJECTION_CAUSES,
  PASSIVE_CLOSE_CAUSES,
  REFUSAL_CAUSES,
  REJECTION_CAUSES,
  RETRY_REASONS,
} from '../../lib/metrics/causes.js';
import { DurationCounts } from '../../lib/metrics/duration-counts.js';
import type {
  AcceptorSnapshot,
  CloseCounts,
  ConnectionSnapshot,
  EndpointSnapshot,
  PoolSnapshot,
} from '../../lib/metrics/snapshot.js';

/** Pictures of things that work, for tests to change where they need something else. */
export function connectionSnapshot(changes: Partial<ConnectionSnapshot> = {}): ConnectionSnapshot {
  return {
    id: 1,
    address: '10.0.0.7:4000',
    dialect: 'binary',
    state: 'ready',
    inFlight: 2,
    ageMs: 61_000,
    idleMs: 0,
    bytesRead: 1_024,
    bytesWritten: 2_048,
    pendingBytes: 0,
    lastRoundTripMs: 0.4,
    missedHeartbeats: 0,
    peerLoopLagMs: 1,
    peerCondition: 'ready',
    ...changes,
  };
}

export function endpointSnapshot(changes: Partial<EndpointSnapshot> = {}): EndpointSnapshot {
  return {
    address: 'tcp://10.0.0.7:4000',
    weight: 1,
    effectiveWeight: 1,
    zone: undefined,
    load: 2,
    state: 'ready',
    minConnections: 1,
    maxConnections: 8,
    connections: [connectionSnapshot()],
    inFlight: 2,
    isBusy: false,
    connectFailures: 0,
    lastError: undefined,
    nextAttemptInMs: undefined,
    ejection: { state: 'none', cause: undefined, count: 0, remainingMs: undefined },
    ...changes,
  };
}

const closeCounts = (): CloseCounts => ({
  active: new CauseCounts(ACTIVE_CLOSE_CAUSES).snapshot(),
  passive: new CauseCounts(PASSIVE_CLOSE_CAUSES).snapshot(),
});

export function poolSnapshot(changes: Partial<PoolSnapshot> = {}): PoolSnapshot {
  return {
    name: 'orders',
    state: 'ready',
    sizing: { minConnections: 1, maxConnections: 8, highWatermark: 1_000, lowWatermark: 100 },
    balancing: { policy: 'p2c', zone: undefined, subset: undefined },
    endpoints: [endpointSnapshot()],
    waiters: 0,
    inFlight: 2,
    calls: {
      started: 12,
      succeeded: 10,
      failed: 0,
      cancelled: 0,
      deadlineExceeded: 0,
      retried: 0,
      retries: new CauseCounts(RETRY_REASONS).snapshot(),
      rejected: 0,
      hedges: 0,
      hedgesWon: 0,
      durations: new DurationCounts().snapshot(),
    },
    connects: {
      attempted: 1,
      established: 1,
      failed: new CauseCounts(CONNECT_FAILURE_CAUSES).snapshot(),
      durations: new DurationCounts().snapshot(),
    },
    closes: closeCounts(),
    ejections: new CauseCounts(EJECTION_CAUSES).snapshot(),
    isPanic: false,
    circuits: { open: 0, openings: 0, refused: 0 },
    traffic: { bytesRead: 1_024, bytesWritten: 2_048, missedHeartbeats: 0 },
    discovery: { name: 'static', answeredAgoMs: 61_000, lastError: undefined },
    beaconAnswers: new CauseCounts(BEACON_VERDICTS).snapshot(),
    littlesLaw: {
      arrivalRatePerSecond: 1,
      meanResponseMs: 2,
      concurrency: 0.002,
      recommendedConnections: 1,
      recommendedMaxConnections: 1,
    },
    takenAt: 1_700_000_000_000,
    ...changes,
  };
}

export function acceptorSnapshot(changes: Partial<AcceptorSnapshot> = {}): AcceptorSnapshot {
  return {
    addresses: ['tcp://127.0.0.1:4000'],
    demand: {
      addresses: ['tcp://127.0.0.1:4000'],
      ...{ backlog: 511, maxConnections: 10_000, descriptorReserve: 64 },
    },
    state: 'listening',
    isOffline: false,
    loopLagMs: 0.5,
    connections: [connectionSnapshot()],
    maxConnections: 10_000,
    inFlight: 2,
    accepted: 1,
    refused: new CauseCounts(REFUSAL_CAUSES).snapshot(),
    rejected: new CauseCounts(REJECTION_CAUSES).snapshot(),
    admission: {
      running: 2,
      queued: 0,
      queueAgeMs: 0,
      shedRatio: 0,
      refusedEvents: new CauseCounts(REJECTION_CAUSES).snapshot(),
    },
    closes: closeCounts(),
    bytesRead: 2_048,
    bytesWritten: 1_024,
    missedHeartbeats: 0,
    takenAt: 1_700_000_000_000,
    ...changes,
  };
}
