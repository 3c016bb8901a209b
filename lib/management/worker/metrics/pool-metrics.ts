import type {
  ConnectionSnapshot,
  EndpointSnapshot,
  EndpointState,
  PoolSnapshot,
  PoolState,
} from '../../../metrics/snapshot.js';
import {
  busyCount,
  busyShare,
  CONNECTION_STATES,
  greatestPeerLagMs,
  silentCount,
  slowestRoundTripMs,
  unsentBytes,
} from './connection-readings.js';
import { ejectionMetrics } from './ejection-metrics.js';
import { leaseMetrics } from './lease-metrics.js';
import type { Metric, MetricSet } from './metric.js';
import { byLabel, byState, countByState, MetricRows } from './metric.js';
import { optionalSecondsOfMs, secondsOfMs } from './seconds.js';

const POOL_STATES = [
  'idle',
  'starting',
  'ready',
  'degraded',
  'unavailable',
  'draining',
  'closed',
] as const satisfies readonly PoolState[];

const ENDPOINT_STATES = [
  'idle',
  'connecting',
  'ready',
  'backoff',
  'draining',
  'closed',
] as const satisfies readonly EndpointState[];

const rows = new MetricRows<PoolSnapshot>(['pool']);

const sizes: readonly Metric<PoolSnapshot>[] = [
  rows.gauge(['socket_pool_state', 'state'], '1 for the state the pool is in.', (pool) =>
    byState('state', POOL_STATES, pool.state),
  ),
  rows.gauge(['socket_pool_endpoints', 'state'], 'Endpoints by state.', (pool) =>
    countByState(ENDPOINT_STATES, pool.endpoints),
  ),
  rows.gauge(['socket_pool_connections', 'state'], 'Connections by state.', (pool) =>
    countByState(CONNECTION_STATES, connectionsOf(pool)),
  ),
  rows.gauge(['socket_pool_connections_busy'], 'Connections with a call in flight.', (pool) =>
    busyCount(connectionsOf(pool)),
  ),
  rows.gauge(['socket_pool_connections_silent'], 'Connections that missed a heartbeat.', (pool) =>
    silentCount(connectionsOf(pool)),
  ),
  rows.gauge(
    ['socket_pool_endpoints_busy'],
    'Endpoints whose servers are behind: they get calls only where no other is ready.',
    (pool) => pool.endpoints.filter(({ isBusy }) => isBusy).length,
  ),
  rows.counter(
    ['socket_pool_beacon_answers_total', 'verdict'],
    'Questions to the beacons of silent servers, by what they brought.',
    ({ beaconAnswers }) => byLabel('verdict', beaconAnswers),
  ),
  rows.gauge(['socket_pool_utilization_ratio'], 'Share of connections that are busy.', (pool) =>
    busyShare(connectionsOf(pool)),
  ),
  rows.gauge(
    ['socket_pool_connections_min'],
    'Minimum as configured, of all endpoints together.',
    (pool) => sumOf(pool, ({ minConnections }) => minConnections),
  ),
  rows.gauge(
    ['socket_pool_connections_max'],
    'Maximum as configured, of all endpoints together.',
    (pool) => sumOf(pool, ({ maxConnections }) => maxConnections),
  ),
  rows.gauge(
    ['socket_pool_connections_recommended_min'],
    'Minimum by Little’s law: connections that carry the concurrency of the last seconds at the high watermark.',
    ({ littlesLaw }) => littlesLaw.recommendedConnections,
  ),
  rows.gauge(
    ['socket_pool_connections_recommended_max'],
    'Maximum by Little’s law: connections that carry what this concurrency rises to by chance.',
    ({ littlesLaw }) => littlesLaw.recommendedMaxConnections,
  ),
  rows.gauge(
    ['socket_pool_high_watermark'],
    'Calls in flight per connection above which another connection is opened.',
    ({ sizing }) => sizing.highWatermark,
  ),
  rows.gauge(
    ['socket_pool_low_watermark'],
    'Calls in flight per remaining connection below which one is retired.',
    ({ sizing }) => sizing.lowWatermark,
  ),
  rows.gauge(
    ['socket_pool_concurrency'],
    'Calls in flight on average over the last seconds: arrival rate × response time.',
    ({ littlesLaw }) => littlesLaw.concurrency,
  ),
  rows.gauge(
    ['socket_pool_arrivals_per_second'],
    'Calls per second over the last seconds.',
    ({ littlesLaw }) => littlesLaw.arrivalRatePerSecond,
  ),
  rows.gauge(
    ['socket_pool_response_mean_seconds'],
    'Mean response time over the last seconds.',
    ({ littlesLaw }) => secondsOfMs(littlesLaw.meanResponseMs),
  ),
];

const sources: readonly Metric<PoolSnapshot>[] = [
  rows.gauge(
    ['socket_pool_discovery_age_seconds'],
    'Since the source of the endpoints last said which there are; a list says it once.',
    ({ discovery }) => optionalSecondsOfMs(discovery.answeredAgoMs),
  ),
  rows.gauge(
    ['socket_pool_discovery_failing'],
    '1 while the last look-up of endpoints failed, and older ones are used.',
    ({ discovery }) => (discovery.lastError === undefined ? 0 : 1),
  ),
];

const calls: readonly Metric<PoolSnapshot>[] = [
  rows.gauge(
    ['socket_pool_waiters'],
    'Calls that wait for a connection.',
    ({ waiters }) => waiters,
  ),
  rows.gauge(['socket_pool_in_flight'], 'Calls in flight.', ({ inFlight }) => inFlight),
  rows.counter(
    ['socket_pool_calls_started_total'],
    'Calls that were begun.',
    (pool) => pool.calls.started,
  ),
  rows.counter(
    ['socket_pool_calls_settled_total', 'outcome'],
    'Calls by how they ended.',
    ({ calls: { succeeded, failed, cancelled, deadlineExceeded } }) =>
      byLabel('outcome', { succeeded, failed, cancelled, deadlineExceeded }),
  ),
  rows.histogram(
    ['socket_pool_call_duration_seconds'],
    'How long calls took until they were settled, all attempts included.',
    (pool) => pool.calls.durations,
  ),
  rows.counter(
    ['socket_pool_retries_total', 'reason'],
    'Attempts beyond the first of a call.',
    (pool) => byLabel('reason', pool.calls.retries),
  ),
  rows.counter(
    ['socket_pool_rejections_total'],
    'Attempts that a server refused before they ran.',
    (pool) => pool.calls.rejected,
  ),
  rows.counter(
    ['socket_pool_hedges_total'],
    'Attempts that were sent beside one that took long.',
    (pool) => pool.calls.hedges,
  ),
  rows.counter(
    ['socket_pool_hedges_won_total'],
    'Hedges whose answer came first.',
    (pool) => pool.calls.hedgesWon,
  ),
];

const connects: readonly Metric<PoolSnapshot>[] = [
  rows.counter(
    ['socket_pool_connects_started_total'],
    'Attempts to establish a connection.',
    (pool) => pool.connects.attempted,
  ),
  rows.counter(
    ['socket_pool_connects_established_total'],
    'Connections that were established.',
    (pool) => pool.connects.established,
  ),
  rows.counter(
    ['socket_pool_connect_failures_total', 'cause'],
    'Connections that could not be established.',
    (pool) => byLabel('cause', pool.connects.failed),
  ),
  rows.histogram(
    ['socket_pool_connect_duration_seconds'],
    'How long establishing took: link, TLS and handshake together.',
    (pool) => pool.connects.durations,
  ),
  rows.counter(
    ['socket_pool_active_closes_total', 'cause'],
    'Connections that this end closed.',
    (pool) => byLabel('cause', pool.closes.active),
  ),
  rows.counter(
    ['socket_pool_passive_closes_total', 'cause'],
    'Connections that the other end, or the network, ended.',
    (pool) => byLabel('cause', pool.closes.passive),
  ),
];

const traffic: readonly Metric<PoolSnapshot>[] = [
  rows.counter(
    ['socket_pool_heartbeats_missed_total'],
    'Heartbeat intervals that passed without a sign of life.',
    (pool) => pool.traffic.missedHeartbeats,
  ),
  rows.counter(
    ['socket_pool_received_bytes_total'],
    'Bytes read from connections.',
    (pool) => pool.traffic.bytesRead,
  ),
  rows.counter(
    ['socket_pool_sent_bytes_total'],
    'Bytes written to connections.',
    (pool) => pool.traffic.bytesWritten,
  ),
  rows.gauge(['socket_pool_unsent_bytes'], 'Bytes that wait for the kernel to take them.', (pool) =>
    unsentBytes(connectionsOf(pool)),
  ),
  rows.gauge(
    ['socket_pool_round_trip_max_seconds'],
    'The slowest of the last heartbeats of all connections.',
    (pool) => optionalSecondsOfMs(slowestRoundTripMs(connectionsOf(pool))),
  ),
  rows.gauge(
    ['socket_pool_peer_loop_lag_max_seconds'],
    'How late the loop of the busiest server runs, by its last pong.',
    (pool) => optionalSecondsOfMs(greatestPeerLagMs(connectionsOf(pool))),
  ),
];

/** The client end of one service. */
export const poolMetrics: MetricSet<PoolSnapshot> = {
  metrics: [
    ...sizes,
    ...sources,
    ...calls,
    ...connects,
    ...traffic,
    ...leaseMetrics,
    ...ejectionMetrics,
  ],
  labelsOf: ({ name }) => ({ pool: name }),
};

function connectionsOf(pool: PoolSnapshot): readonly ConnectionSnapshot[] {
  return pool.endpoints.flatMap(({ connections }) => connections);
}

function sumOf(pool: PoolSnapshot, value: (endpoint: EndpointSnapshot) => number): number {
  return pool.endpoints.reduce((sum, endpoint) => sum + value(endpoint), 0);
}
