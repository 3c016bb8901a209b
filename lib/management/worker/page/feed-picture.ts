/**
 * What the page is told, once a second and whenever the state changes: plain JSON, bounded however many
 * endpoints, connections and patterns the service has. Rates and percentiles are made in the browser,
 * from the differences between two of these.
 */
import type {
  AcceptorSnapshot,
  ConnectionSnapshot,
  EndpointSnapshot,
  PoolSnapshot,
} from '../../../metrics/snapshot.js';
import type { IndicatorResult, PatternPicture, ProcessPicture } from '../../management.contract.js';
import type { ServiceReport } from '../service/service-report.js';

/** One event of the feed. All but `picture` is known without the service's help, also while it is stuck. */
export interface FeedPicture {
  readonly service: ServiceReport;
  readonly isLive: boolean;
  readonly isReady: boolean;
  /** Why it is not, or not quite: a sentence each. */
  readonly reasons: readonly string[];
  /** The greatest lag of the service's loop since the last event of this feed, in ms. */
  readonly maxLagMs: number;
  /** Newest first, the last few; the page asks for the details when this changes. */
  readonly incidents: readonly FeedIncident[];
  /** Of the connection event that was recorded last, in milliseconds since the Unix epoch. */
  readonly lastEventAt: number | null;
  /** The last that the service sent; its age is in `service`. */
  readonly picture: FeedService | null;
}

export interface FeedIncident {
  readonly id: number;
  readonly isOver: boolean;
  readonly hasStack: boolean;
}

/** A `ServicePicture`, cut to what the page shows. */
export interface FeedService {
  readonly takenAt: number;
  /** Upper bounds of the buckets of all `durations`, in ms. */
  readonly bucketsMs: readonly number[];
  readonly pools: readonly FeedPool[];
  readonly omittedPools: number;
  readonly servers: readonly FeedServer[];
  readonly indicators: readonly IndicatorResult[];
  readonly process: ProcessPicture;
}

type PartOfPool = 'name' | 'state' | 'waiters' | 'inFlight' | 'calls' | 'littlesLaw' | 'sizing';

export interface FeedPool extends Pick<PoolSnapshot, PartOfPool> {
  readonly endpoints: readonly FeedEndpoint[];
  readonly omittedEndpoints: number;
  /** All of them, shown or not. */
  readonly connectionCount: number;
}

export interface FeedEndpoint extends Omit<EndpointSnapshot, 'connections'> {
  readonly connections: readonly ConnectionSnapshot[];
  readonly omittedConnections: number;
}

type PartOfServer = 'addresses' | 'state' | 'maxConnections' | 'inFlight' | 'accepted';

export interface FeedServer extends Pick<AcceptorSnapshot, PartOfServer> {
  readonly name: string;
  readonly connectionCount: number;
  /** Calls that were refused before they ran, for whatever cause. */
  readonly rejected: number;
  /** Connections that were turned away, for whatever cause. */
  readonly refused: number;
  /** Those that are called most. */
  readonly patterns: readonly PatternPicture[];
  readonly omittedPatterns: number;
}
