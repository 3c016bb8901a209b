import { weightOf } from '../../balancing/node-rank.js';
import type { Clock } from '../../common/clock.js';
import { CauseCounts } from '../../metrics/cause-counts.js';
import { BEACON_VERDICTS } from '../../metrics/causes.js';
import type { LittlesLaw } from '../../metrics/littles-law.js';
import type {
  ConnectionSnapshot,
  ConnectionState,
  EndpointSnapshot,
  PoolSnapshot,
  PoolState,
  TrafficCounts,
} from '../../metrics/snapshot.js';
import { freezeSnapshot } from '../../metrics/snapshot.js';
import { endpointStateOf } from '../pool-state.js';
import type { PoolStatistics } from '../pool-statistics.js';
import type { EndpointLinks } from './endpoint-links.js';
import type { ExclusiveLink, LinkPhase } from './exclusive-link.js';
import type { LeaseDesk } from './lease-desk.js';
import type { LinkSupply } from './link-supply.js';
import { NO_EJECTION } from '../endpoint-health.js';

/** Whom a picture of an exclusive pool is taken of. */
export interface ExclusiveSubjects {
  readonly name: string;
  readonly state: PoolState;
  readonly clock: Clock;
  readonly supply: LinkSupply<unknown>;
  readonly desk: Pick<LeaseDesk<unknown>, 'waiters' | 'leased' | 'counts'>;
  readonly statistics: PoolStatistics;
  readonly littlesLaw: LittlesLaw;
}

const STATES: Readonly<Record<LinkPhase, ConnectionState>> = {
  opening: 'handshaking',
  idle: 'ready',
  checking: 'ready',
  leased: 'ready',
  resetting: 'ready',
  closing: 'draining',
  closed: 'closed',
};

/** A link carries one lease: that is both of its watermarks. */
const LEASES_PER_LINK = 1;

/** The picture that every pool has, of links and leases. */
export function exclusiveSnapshot(subjects: ExclusiveSubjects): PoolSnapshot {
  const { name, state, clock, supply, desk, statistics } = subjects;
  const { minLinks, maxLinks } = supply.limits;
  const { all } = supply;
  const now = clock.now();
  return freezeSnapshot({
    name,
    state,
    sizing: {
      minConnections: minLinks,
      maxConnections: maxLinks,
      highWatermark: LEASES_PER_LINK,
      lowWatermark: 0,
    },
    discovery: supply.source.snapshot(now),
    balancing: { policy: 'p2c', zone: undefined, subset: undefined },
    endpoints: all.map((each) => endpointSnapshot(each, now)),
    waiters: desk.waiters,
    inFlight: desk.leased,
    calls: statistics.callCounts(),
    connects: statistics.connectCounts(),
    closes: statistics.closeCounts(),
    ejections: statistics.ejectionCounts(),
    isPanic: false,
    circuits: { open: 0, openings: 0, refused: 0 },
    traffic: statistics.trafficCounts(openTraffic(all)),
    // An old protocol says nothing of how its server is.
    beaconAnswers: new CauseCounts(BEACON_VERDICTS).snapshot(),
    littlesLaw: subjects.littlesLaw.snapshot(now, LEASES_PER_LINK),
    leases: desk.counts(),
    takenAt: clock.wallNow(),
  });
}

function endpointSnapshot(links: EndpointLinks<unknown>, now: number): EndpointSnapshot {
  const { endpoint, limits, reconnectState } = links;
  const { lastError, lastErrorAt, failures, dueInMs } = reconnectState;
  return {
    address: endpoint.address,
    weight: links.weight,
    effectiveWeight: links.weight,
    zone: endpoint.zone,
    load: links.leased / weightOf(links),
    state: endpointStateOf(links),
    minConnections: limits.minConnections,
    maxConnections: limits.maxConnections,
    connections: [...links.links].map((link) => linkSnapshot(link, now)),
    inFlight: links.leased,
    isBusy: false,
    connectFailures: failures,
    lastError: lastError && {
      code: lastError.code,
      message: lastError.message,
      agoMs: now - lastErrorAt,
    },
    nextAttemptInMs: dueInMs,
    ejection: NO_EJECTION,
  };
}

function linkSnapshot(link: ExclusiveLink<unknown>, now: number): ConnectionSnapshot {
  const { id, stream, phase, times, traffic } = link;
  return {
    id,
    address: stream?.remote ?? link.address,
    dialect: 'raw',
    state: STATES[phase],
    inFlight: phase === 'leased' ? 1 : 0,
    ageMs: times.ageMs(now),
    idleMs: link.idleMs(now),
    bytesRead: traffic.bytesRead,
    bytesWritten: traffic.bytesWritten,
    pendingBytes: stream?.pendingBytes ?? 0,
    lastRoundTripMs: times.checkMs,
    missedHeartbeats: 0,
    peerLoopLagMs: undefined,
    peerCondition: 'ready',
  };
}

function* openTraffic(all: Iterable<EndpointLinks<unknown>>): Generator<TrafficCounts> {
  for (const { links } of all) for (const { traffic } of links) yield traffic;
}
