import type { KernelSnapshot } from '../kernel/kernel-view.js';
import type { NetworkCounter } from '../kernel/network-counters.js';
import type { TcpScanResult } from '../kernel/tcp-scan.js';
import type { PortSockets } from '../kernel/tcp-table.js';
import { TCP_STATES } from '../kernel/tcp-table.js';
import type { Metric, MetricSet, Naming, Reading } from './metric.js';
import { byLabel, MetricRows } from './metric.js';
import { optionalSecondsOfMs } from './seconds.js';

/** What the kernel knows of the sockets of this service. */
export interface KernelMetricView {
  readonly kernel: KernelSnapshot | undefined;
  /** The last scan of the table of sockets. */
  readonly tcp: TcpScanResult | undefined;
  readonly tcpAgeMs: number | undefined;
}

const rows = new MetricRows<KernelMetricView>([], true);

const ports: readonly Metric<KernelMetricView>[] = [
  rows.gauge(
    ['socket_pool_kernel_tcp_connections', 'end', 'state'],
    'TCP sockets on the ports of our servers (`server`), and to the ports our pools connect to (`pool`), by state.',
    ({ tcp }) => tcp && byEnd(tcp),
  ),
  rows.gauge(
    ['socket_pool_kernel_accept_queue', 'port'],
    'Connections that are established and wait to be accepted.',
    ({ tcp }) => tcp && byPort(tcp.local),
  ),
  rows.gauge(
    ['socket_pool_kernel_tcp_table_age_seconds'],
    'How old these numbers are: the table of sockets is read every ten seconds at most.',
    ({ tcpAgeMs }) => optionalSecondsOfMs(tcpAgeMs),
  ),
];

type CounterRow = readonly [counter: NetworkCounter, name: string, meaning: string];

/** Counted by the kernel since boot for the whole network namespace: in a container that is this service. */
const COUNTERS: readonly CounterRow[] = [
  ['ActiveOpens', 'opens_active', 'Connections that were begun from here.'],
  ['PassiveOpens', 'opens_passive', 'Connections that were accepted.'],
  ['AttemptFails', 'opens_failed', 'Connections that did not come about.'],
  ['EstabResets', 'resets_established', 'Connections that ended by a reset.'],
  ['InSegs', 'segments_received', 'TCP segments that arrived.'],
  ['OutSegs', 'segments_sent', 'TCP segments sent for the first time.'],
  ['RetransSegs', 'segments_retransmitted', 'TCP segments sent again.'],
  ['InErrs', 'segments_bad', 'TCP segments that were damaged.'],
  ['OutRsts', 'resets_sent', 'Resets that were sent.'],
  ['ListenOverflows', 'listen_overflows', 'Connections lost because an accept queue was full.'],
  [
    'ListenDrops',
    'listen_drops',
    'Connections lost at a listening socket, for this or any reason.',
  ],
  ['TCPTimeouts', 'timeouts', 'Retransmission timers that fired.'],
  ['TCPSynRetrans', 'syns_retransmitted', 'Attempts to connect that had to be repeated.'],
  ['TCPRetransFail', 'retransmissions_failed', 'Segments that could not be sent again.'],
  ['TCPLostRetransmit', 'retransmissions_lost', 'Segments sent again that were lost once more.'],
  ['TCPAbortOnTimeout', 'aborts_timeout', 'Connections given up because nothing was acknowledged.'],
  ['TCPAbortOnMemory', 'aborts_memory', 'Connections cut for want of memory.'],
  ['TCPBacklogDrop', 'backlog_drops', 'Segments dropped because a socket was busy.'],
  ['TCPReqQFullDrop', 'syn_queue_drops', 'Attempts dropped because a SYN queue was full.'],
  ['TCPReqQFullDoCookies', 'syn_queue_cookies', 'Attempts answered with a cookie for that reason.'],
  ['TCPRcvQDrop', 'receive_queue_drops', 'Segments dropped because a receive buffer was full.'],
  ['TCPZeroWindowDrop', 'zero_window_drops', 'Segments dropped because the window was closed.'],
  [
    'TCPMemoryPressures',
    'memory_pressures',
    'Times that the kernel’s TCP came under memory pressure.',
  ],
  ['TCPKeepAlive', 'keepalives', 'Keepalive probes that were sent.'],
  ['TCPTimeWaitOverflow', 'time_wait_overflows', 'Sockets in TIME_WAIT that had to go early.'],
];

const counters = COUNTERS.map(([counter, name, meaning]) =>
  rows.counter(namespaceWide(`${name}_total`), meaning, ({ kernel }) => kernel?.network[counter]),
);

const gauges: readonly Metric<KernelMetricView>[] = [
  rows.gauge(
    namespaceWide('established'),
    'Connections that are established.',
    ({ kernel }) => kernel?.network.CurrEstab,
  ),
  rows.gauge(
    namespaceWide('sockets_in_use'),
    'TCP sockets that are open.',
    ({ kernel }) => kernel?.sockets.tcpInUse,
  ),
  rows.gauge(
    namespaceWide('sockets_orphaned'),
    'TCP sockets that no process holds any more.',
    ({ kernel }) => kernel?.sockets.tcpOrphans,
  ),
  rows.gauge(
    namespaceWide('sockets_time_wait'),
    'TCP sockets in TIME_WAIT.',
    ({ kernel }) => kernel?.sockets.tcpTimeWait,
  ),
  rows.gauge(
    namespaceWide('memory_pages'),
    'Memory that TCP holds on the whole machine, in pages.',
    ({ kernel }) => kernel?.sockets.tcpMemoryPages,
  ),
];

/** What the kernel knows of our ports, and of all TCP in this network namespace. */
export const kernelMetrics: MetricSet<KernelMetricView> = {
  metrics: [...ports, ...counters, ...gauges],
  labelsOf: () => ({}),
};

function namespaceWide(name: string): Naming {
  return [`socket_pool_kernel_tcp_${name}`];
}

/** Summed over the ports, of which a pool may have many. */
function* byEnd({ local, remote }: TcpScanResult): Generator<Reading> {
  const ends = { server: local, pool: remote };
  for (const [end, sockets] of Object.entries(ends)) {
    for (const { labels, value } of byLabel('state', sumOfStates(sockets)))
      yield { labels: { end, ...labels }, value };
  }
}

function sumOfStates(sockets: readonly PortSockets[]): Readonly<Record<string, number>> {
  const sums = TCP_STATES.map((state): [string, number] => [
    state,
    sockets.reduce((sum, { states }) => sum + (states[state] ?? 0), 0),
  ]);
  return Object.fromEntries(sums);
}

function* byPort(sockets: readonly PortSockets[]): Generator<Reading> {
  for (const { port, acceptQueue } of sockets)
    yield { labels: { port: String(port) }, value: acceptQueue };
}
