import type { AcceptorState } from '../../../metrics/snapshot.js';
import type { PatternPicture, ServerPicture } from '../../management.contract.js';
import {
  busyCount,
  busyShare,
  CONNECTION_STATES,
  silentCount,
  unsentBytes,
} from './connection-readings.js';
import type { Metric, MetricSet, MetricValue, Reading } from './metric.js';
import { byLabel, byState, countByState, MetricRows } from './metric.js';
import { secondsOfMs } from './seconds.js';

const SERVER_STATES = [
  'idle',
  'listening',
  'draining',
  'closed',
] as const satisfies readonly AcceptorState[];

const rows = new MetricRows<ServerPicture>(['server']);

const connections: readonly Metric<ServerPicture>[] = [
  rows.gauge(['socket_pool_server_state', 'state'], '1 for the state the server is in.', (server) =>
    byState('state', SERVER_STATES, server.state),
  ),
  rows.gauge(['socket_pool_server_connections', 'state'], 'Connections by state.', (server) =>
    countByState(CONNECTION_STATES, server.connections),
  ),
  rows.gauge(
    ['socket_pool_server_connections_max'],
    'Connections that the server lets in at most.',
    ({ maxConnections }) => maxConnections,
  ),
  rows.gauge(
    ['socket_pool_server_connections_busy'],
    'Connections with a request in flight.',
    (server) => busyCount(server.connections),
  ),
  rows.gauge(
    ['socket_pool_server_connections_silent'],
    'Connections that missed a heartbeat.',
    (server) => silentCount(server.connections),
  ),
  rows.gauge(
    ['socket_pool_server_utilization_ratio'],
    'Share of connections that are busy.',
    (server) => busyShare(server.connections),
  ),
  rows.counter(
    ['socket_pool_server_accepted_total'],
    'Links that were let in.',
    ({ accepted }) => accepted,
  ),
  rows.counter(['socket_pool_server_refused_total', 'cause'], 'Links turned away.', (server) =>
    byLabel('cause', server.refused),
  ),
  rows.counter(
    ['socket_pool_server_active_closes_total', 'cause'],
    'Connections that this end closed.',
    (server) => byLabel('cause', server.closes.active),
  ),
  rows.counter(
    ['socket_pool_server_passive_closes_total', 'cause'],
    'Connections that the other end, or the network, ended.',
    (server) => byLabel('cause', server.closes.passive),
  ),
  rows.counter(
    ['socket_pool_server_heartbeats_missed_total'],
    'Heartbeat intervals that passed without a sign of life.',
    ({ missedHeartbeats }) => missedHeartbeats,
  ),
  rows.counter(
    ['socket_pool_server_received_bytes_total'],
    'Bytes read from connections.',
    ({ bytesRead }) => bytesRead,
  ),
  rows.counter(
    ['socket_pool_server_sent_bytes_total'],
    'Bytes written to connections.',
    ({ bytesWritten }) => bytesWritten,
  ),
  rows.gauge(
    ['socket_pool_server_unsent_bytes'],
    'Bytes that wait for the kernel to take them.',
    (server) => unsentBytes(server.connections),
  ),
];

const calls: readonly Metric<ServerPicture>[] = [
  rows.gauge(['socket_pool_server_in_flight'], 'Requests in flight.', ({ inFlight }) => inFlight),
  rows.counter(
    ['socket_pool_server_rejections_total', 'cause'],
    'Requests that were refused before they ran.',
    (server) => byLabel('cause', server.rejected),
  ),
  rows.gauge(
    ['socket_pool_server_requests_running'],
    'Requests that run; the others in flight wait for their turn.',
    ({ admission }) => admission.running,
  ),
  rows.gauge(
    ['socket_pool_server_requests_queued'],
    'Requests that wait for their turn, for want of room under `admission.maxInFlight`.',
    ({ admission }) => admission.queued,
  ),
  rows.gauge(
    ['socket_pool_server_queue_age_seconds'],
    'For how long the first of them has waited.',
    ({ admission }) => secondsOfMs(admission.queueAgeMs),
  ),
  rows.gauge(
    ['socket_pool_server_shed_ratio'],
    'Share of the requests of the last 5 s that was refused for overload, where `admission.shedding` is on.',
    ({ admission }) => admission.shedRatio,
  ),
  rows.counter(
    ['socket_pool_server_events_refused_total', 'cause'],
    'Events that were refused, and are lost.',
    (server) => byLabel('cause', server.admission.refusedEvents),
  ),
  rows.counter(
    ['socket_pool_server_calls_total', 'pattern', 'kind'],
    'Requests and events that were handed to the handler of a pattern.',
    (server) => byPattern(server, (pattern) => pattern.calls),
  ),
  rows.counter(
    ['socket_pool_server_call_errors_total', 'pattern', 'kind'],
    'Those that failed: the handler, its reply, the deadline, or the end of a drain. A caller that gave up is none.',
    (server) => byPattern(server, (pattern) => pattern.errors),
  ),
  rows.gauge(
    ['socket_pool_server_calls_in_flight', 'pattern', 'kind'],
    'Those that have not ended.',
    (server) => byPattern(server, (pattern) => pattern.inFlight),
  ),
  rows.histogram(
    ['socket_pool_server_call_duration_seconds', 'pattern', 'kind'],
    'How long they took from their arrival to the end of the reply.',
    (server) =>
      byPattern(server, ({ durations: counts, durationSumMs: sumMs }) => ({ counts, sumMs })),
  ),
];

/** The server end. Patterns are those with a handler: peers cannot add to them. */
export const serverMetrics: MetricSet<ServerPicture> = {
  metrics: [...connections, ...calls],
  labelsOf: ({ name }) => ({ server: name }),
};

function* byPattern(
  { patterns }: ServerPicture,
  value: (pattern: PatternPicture) => MetricValue,
): Generator<Reading> {
  for (const each of patterns) {
    const labels = { pattern: each.pattern, kind: each.isEvent ? 'event' : 'request' };
    yield { labels, value: value(each) };
  }
}
