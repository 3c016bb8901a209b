import { HealthClass } from '../balancing/balanced-node.js';
import type { Clock } from '../common/clock.js';
import type { BeaconClient } from '../connection/beacon-client.js';
import type { Discovery } from '../discovery/discovery.js';
import type { LittlesLaw } from '../metrics/littles-law.js';
import type {
  BalancingSnapshot,
  ConnectionSnapshot,
  EndpointSnapshot,
  FailureSnapshot,
  PoolSnapshot,
  TrafficCounts,
} from '../metrics/snapshot.js';
import { freezeSnapshot } from '../metrics/snapshot.js';
import type { Dispatcher } from './dispatcher.js';
import type { EndpointBalancer } from './endpoint-balancer.js';
import type { EndpointPools } from './endpoint-pools.js';
import type { EndpointPool } from './endpoint-pool.js';
import type { PatternCircuits } from './pattern-circuits.js';
import { endpointStateOf } from './pool-state.js';
import type { PoolStatistics } from './pool-statistics.js';
import type { PooledConnection } from './pooled-connection.js';
import type { SocketPool } from './socket-pool.js';
import { SubsetDiscovery } from './subset-discovery.js';

/** Whom a picture of a pool is taken of. */
export interface SnapshotSubjects {
  readonly pool: Pick<SocketPool, 'name' | 'state' | 'options' | 'control'>;
  readonly clock: Clock;
  readonly balancer: EndpointBalancer;
  readonly discovery: Discovery;
  readonly endpoints: EndpointPools;
  readonly dispatcher: Dispatcher;
  readonly circuits: PatternCircuits;
  readonly statistics: PoolStatistics;
  readonly littlesLaw: LittlesLaw;
  readonly beacons: BeaconClient;
}

export function poolSnapshot(subjects: SnapshotSubjects): PoolSnapshot {
  const { pool, clock, statistics } = subjects;
  const { all } = subjects.endpoints;
  const now = clock.now();
  return freezeSnapshot({
    name: pool.name,
    state: pool.state,
    sizing: pool.control.snapshot(),
    discovery: subjects.endpoints.source.snapshot(now),
    balancing: balancingSnapshot(subjects),
    endpoints: all.map((each) => endpointSnapshot(each, subjects, now)),
    waiters: subjects.dispatcher.waiters,
    inFlight: all.reduce((total, each) => total + each.inFlight, 0),
    calls: statistics.callCounts(),
    connects: statistics.connectCounts(),
    closes: statistics.closeCounts(),
    ejections: statistics.ejectionCounts(),
    isPanic: subjects.endpoints.judge.isPanic,
    circuits: subjects.circuits.snapshot(),
    traffic: statistics.trafficCounts(openTraffic(all)),
    beaconAnswers: subjects.beacons.answerCounts(),
    littlesLaw: subjects.littlesLaw.snapshot(now, pool.control.sizing.highWatermark),
    takenAt: clock.wallNow(),
  });
}

function balancingSnapshot({ balancer, discovery }: SnapshotSubjects): BalancingSnapshot {
  const subset =
    discovery instanceof SubsetDiscovery
      ? { size: discovery.size, known: discovery.known }
      : undefined;
  return { ...balancer.snapshot(), subset };
}

/** The picture of one endpoint with its connections, as of `now` on the pool's clock. */
function endpointSnapshot(
  endpointPool: EndpointPool,
  { pool, balancer }: SnapshotSubjects,
  now: number,
): EndpointSnapshot {
  const { endpoint, limits, reconnectState } = endpointPool;
  return {
    address: endpoint.address,
    weight: endpoint.weight,
    effectiveWeight: endpointPool.weight,
    zone: endpoint.zone,
    load: balancer.loadOf(endpointPool),
    state: endpointStateOf(endpointPool),
    minConnections: limits.minConnections,
    maxConnections: limits.maxConnections,
    connections: [...endpointPool.connections]
      .map((pooled) => connectionSnapshot(pooled, pool.options.dialect, now))
      .filter((each) => each !== undefined),
    inFlight: endpointPool.inFlight,
    isBusy: endpointPool.healthClass === HealthClass.Busy,
    connectFailures: reconnectState.failures,
    lastError: failureSnapshot(endpointPool, now),
    nextAttemptInMs: reconnectState.dueInMs,
    ejection: endpointPool.health.ejection,
  };
}

/** What went over the connections that are open, one by one. */
function* openTraffic(endpointPools: Iterable<EndpointPool>): Generator<TrafficCounts> {
  for (const { connections } of endpointPools) for (const { traffic } of connections) yield traffic;
}

function connectionSnapshot(
  pooled: PooledConnection,
  dialect: 'binary' | 'nest-tcp',
  now: number,
): ConnectionSnapshot | undefined {
  const { connection } = pooled;
  if (connection === undefined) return undefined;
  const { framed } = connection;
  return {
    id: connection.id,
    address: framed.link.remote,
    dialect,
    state: connection.state,
    inFlight: connection.pending,
    ageMs: now - connection.openedAt,
    idleMs: pooled.idleMs(now),
    bytesRead: framed.link.bytesRead,
    bytesWritten: framed.link.bytesWritten,
    pendingBytes: framed.pendingBytes,
    lastRoundTripMs: framed.roundTripMs,
    missedHeartbeats: framed.missedHeartbeats,
    peerLoopLagMs: connection.peerLoopLagMs,
    peerCondition: framed.peerCondition.kind,
  };
}

function failureSnapshot(
  { reconnectState }: EndpointPool,
  now: number,
): FailureSnapshot | undefined {
  const { lastError, lastErrorAt } = reconnectState;
  if (lastError === undefined) return undefined;
  return { code: lastError.code, message: lastError.message, agoMs: now - lastErrorAt };
}
