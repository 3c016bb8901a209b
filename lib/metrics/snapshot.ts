/**
 * Pictures of what runs, for others to read. They are plain, deeply frozen objects made on request,
 * and survive structured clone, so that the same picture crosses to another thread. Counts run from
 * the start of what they belong to and never go down; everything else is as of `takenAt`.
 */
import type { CountsByCause } from './cause-counts.js';
import type {
  ActiveCloseCause,
  BeaconVerdict,
  ConnectFailureCause,
  EjectionCause,
  PassiveCloseCause,
  RefusalCause,
  RejectionCause,
  RetryReason,
} from './causes.js';
import type { DurationSnapshot } from './duration-counts.js';
import type { CircuitsSnapshot, EjectionSnapshot } from './ejection-snapshot.js';

export type ConnectionState = 'handshaking' | 'ready' | 'draining' | 'closed';

/** `busy`: answers late, or says that it is behind. `stuck`: does not answer, but its beacon vouches for it. */
export type PeerConditionName = 'ready' | 'busy' | 'stuck' | 'dead';

/** `idle`: lazy, nothing asked for yet. `backoff`: waits before it connects again. */
export type EndpointState = 'idle' | 'connecting' | 'ready' | 'backoff' | 'draining' | 'closed';

/**
 * `idle`: lazy, nothing asked for yet. `starting`: not all minimum connections were up so far.
 * `degraded`: takes calls, but some endpoint has fewer connections than its minimum.
 * `unavailable`: no connection takes calls.
 */
export type PoolState =
  'idle' | 'starting' | 'ready' | 'degraded' | 'unavailable' | 'draining' | 'closed';

export type AcceptorState = 'idle' | 'listening' | 'draining' | 'closed';

/** One connection, at either end. */
export interface ConnectionSnapshot {
  /** Unique among the connections of its pool or acceptor. */
  readonly id: number;
  /** The other end, for people: `10.0.0.7:4000`. */
  readonly address: string;
  /** `raw`: a link of an exclusive pool, whose protocol is the user's. */
  readonly dialect: 'binary' | 'nest-tcp' | 'raw';
  readonly state: ConnectionState;
  /** Streams that are open. */
  readonly inFlight: number;
  /** Since the link was established. */
  readonly ageMs: number;
  /** Since the last stream ended; 0 while one is open. */
  readonly idleMs: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Written, but not yet taken by the kernel. */
  readonly pendingBytes: number;
  /** Of the last heartbeat that was answered; `undefined` before the first. */
  readonly lastRoundTripMs: number | undefined;
  /** Heartbeats in a row without an answer. */
  readonly missedHeartbeats: number;
  /** How late the peer's loop ran, by its last pong. */
  readonly peerLoopLagMs: number | undefined;
  readonly peerCondition: PeerConditionName;
}

/** The failure that was met last, in words. */
export interface FailureSnapshot {
  /** A code of the error table. */
  readonly code: string;
  readonly message: string;
  readonly agoMs: number;
}

/** One endpoint of a pool with its connections. */
export interface EndpointSnapshot {
  readonly address: string;
  readonly weight: number;
  /** What counts now: less while it starts, or another by an operator's wish. */
  readonly effectiveWeight: number;
  readonly zone: string | undefined;
  /** What the balancing policy goes by: calls in flight, or times latency in ms for `peak-ewma`; over weight. */
  readonly load: number;
  readonly state: EndpointState;
  readonly minConnections: number;
  readonly maxConnections: number;
  readonly connections: readonly ConnectionSnapshot[];
  readonly inFlight: number;
  /** It takes calls, but only where no other endpoint is ready: all its connections are busy. */
  readonly isBusy: boolean;
  /** Failed attempts to connect in a row. */
  readonly connectFailures: number;
  readonly lastError: FailureSnapshot | undefined;
  /** Until the next attempt to connect; `undefined` when none is planned. */
  readonly nextAttemptInMs: number | undefined;
  readonly ejection: EjectionSnapshot;
}

/** Calls by how they ended. Those in flight are started, and nothing else yet. */
export interface CallCounts {
  readonly started: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly deadlineExceeded: number;
  /** Attempts beyond the first; the call itself counts once above. */
  readonly retried: number;
  /** The same by why: nothing had been written, the server had refused, or the connection was lost. */
  readonly retries: CountsByCause<RetryReason>;
  /** Attempts that a server refused before they ran. */
  readonly rejected: number;
  /** Attempts that were sent beside one that took long. */
  readonly hedges: number;
  /** Hedges whose answer came first. */
  readonly hedgesWon: number;
  /** Of the calls that are settled, all their attempts included. */
  readonly durations: DurationSnapshot;
}

export interface ConnectCounts {
  readonly attempted: number;
  readonly established: number;
  readonly failed: CountsByCause<ConnectFailureCause>;
  /** Of those that were established: link, TLS and handshake together. */
  readonly durations: DurationSnapshot;
}

/** Connections that had been ready, by who ended them. */
export interface CloseCounts {
  readonly active: CountsByCause<ActiveCloseCause>;
  readonly passive: CountsByCause<PassiveCloseCause>;
}

/** What went over all connections since the start, those that are closed included. */
export interface TrafficCounts {
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Heartbeat intervals that passed without a sign of life. */
  readonly missedHeartbeats: number;
}

/** Concurrency = arrival rate × response time, over the last seconds. */
export interface LittlesLawSnapshot {
  readonly arrivalRatePerSecond: number;
  readonly meanResponseMs: number;
  /** Calls in flight on average. */
  readonly concurrency: number;
  /** Connections that carry this concurrency at the high watermark; 0 when there were no calls. */
  readonly recommendedConnections: number;
  /** Connections that carry what it rises to at times, if calls arrive by chance; 0 when there were no calls. */
  readonly recommendedMaxConnections: number;
}

/** The limits of each endpoint's connections that are in force now. */
export interface SizingSnapshot {
  readonly minConnections: number;
  readonly maxConnections: number;
  /** Calls in flight per connection above which another is opened. */
  readonly highWatermark: number;
  /** Calls in flight per remaining connection below which one is retired. */
  readonly lowWatermark: number;
}

/** Where the endpoints of a pool come from, and how good what it said last is. */
export interface DiscoverySnapshot {
  /** For people: `static`, `dns orders.internal`. */
  readonly name: string;
  /** Since it last said which endpoints there are; `undefined` before the first time. */
  readonly answeredAgoMs: number | undefined;
  /** The last failed look-up, unless it has answered since. */
  readonly lastError: FailureSnapshot | undefined;
}

/** What an exclusive pool has beside the others: one user at a time for each link. */
export interface LeaseCounts {
  /** Leases that are out. */
  readonly leased: number;
  /** Links that wait for a lease. */
  readonly idle: number;
  /** Links that are being opened, validated or reset. */
  readonly underWay: number;
  /** Leases that are held for longer than the leak threshold now. */
  readonly overdue: number;
  /** Leases that were ever held for longer. */
  readonly leaked: number;
  /** How long it took from asking for a lease to having it. */
  readonly waits: DurationSnapshot;
}

/** How a pool chooses among its endpoints. */
export interface BalancingSnapshot {
  readonly policy: 'p2c' | 'peak-ewma' | 'round-robin';
  /** Where this client is. */
  readonly zone: string | undefined;
  /** The part of all endpoints that this client connects to; `undefined` when it connects to all. */
  readonly subset: SubsetSnapshot | undefined;
}

export interface SubsetSnapshot {
  /** The most endpoints this client takes. */
  readonly size: number;
  /** How many discovery knows. */
  readonly known: number;
}

/** A pool: the client end of one service. In an exclusive pool connections are links, and calls are leases. */
export interface PoolSnapshot {
  readonly name: string;
  readonly state: PoolState;
  readonly sizing: SizingSnapshot;
  readonly discovery: DiscoverySnapshot;
  readonly balancing: BalancingSnapshot;
  readonly endpoints: readonly EndpointSnapshot[];
  /** Calls that wait for a connection. */
  readonly waiters: number;
  readonly inFlight: number;
  readonly calls: CallCounts;
  readonly connects: ConnectCounts;
  readonly closes: CloseCounts;
  readonly ejections: CountsByCause<EjectionCause>;
  /** Too few endpoints are in health for ejections to be heeded. */
  readonly isPanic: boolean;
  readonly circuits: CircuitsSnapshot;
  readonly traffic: TrafficCounts;
  /** Questions to beacons, by what they brought. */
  readonly beaconAnswers: CountsByCause<BeaconVerdict>;
  readonly littlesLaw: LittlesLawSnapshot;
  /** Of an exclusive pool only. */
  readonly leases?: LeaseCounts;
  /** Milliseconds since the Unix epoch. */
  readonly takenAt: number;
}

/** What a server asks of the system that it runs on. */
export interface ListenDemand {
  /** As configured: port 0 lets the system choose. */
  readonly addresses: readonly string[];
  /** Connections that may wait to be accepted. */
  readonly backlog: number;
  readonly maxConnections: number;
  /** Descriptors that are kept free of connections. */
  readonly descriptorReserve: number;
}

/** What a server takes on. */
export interface AdmissionSnapshot {
  /** Requests that run. */
  readonly running: number;
  /** Requests that wait for their turn. */
  readonly queued: number;
  /** For how long the first of them has waited. */
  readonly queueAgeMs: number;
  /** Where requests are shed: the share of the last seconds' that was refused for overload, 0 to 1. */
  readonly shedRatio: number;
  /** Events that were refused, and are lost. */
  readonly refusedEvents: CountsByCause<RejectionCause>;
}

/** An acceptor: the server end. */
export interface AcceptorSnapshot {
  /** Where it listens, with the ports that were chosen. */
  readonly addresses: readonly string[];
  readonly demand: ListenDemand;
  readonly state: AcceptorState;
  /** Taken out of service by an operator: it listens, and turns everybody away. */
  readonly isOffline: boolean;
  /** How late the event loop of the process runs, in ms. */
  readonly loopLagMs: number;
  readonly connections: readonly ConnectionSnapshot[];
  /** As many as were configured, or fewer where the descriptors do not suffice. */
  readonly maxConnections: number;
  readonly inFlight: number;
  readonly accepted: number;
  readonly refused: CountsByCause<RefusalCause>;
  /** Calls that were refused before they ran. */
  readonly rejected: CountsByCause<RejectionCause>;
  readonly admission: AdmissionSnapshot;
  readonly closes: CloseCounts;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Heartbeat intervals that passed without a sign of life from the peer. */
  readonly missedHeartbeats: number;
  /** Milliseconds since the Unix epoch. */
  readonly takenAt: number;
}

/** Freezes a snapshot with all that is in it. For the plain data that snapshots are, not for cycles. */
export function freezeSnapshot<Snapshot extends object>(snapshot: Snapshot): Snapshot {
  for (const value of Object.values(snapshot)) {
    if (typeof value === 'object' && value !== null && !Object.isFrozen(value))
      freezeSnapshot(value);
  }
  return Object.freeze(snapshot);
}
