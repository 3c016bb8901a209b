import type { PoolSnapshot } from '../../../metrics/snapshot.js';
import type { Metric } from './metric.js';
import { byLabel, MetricRows } from './metric.js';

const rows = new MetricRows<PoolSnapshot>(['pool']);

/** Endpoints and patterns of a pool that get no calls because they fail. */
export const ejectionMetrics: readonly Metric<PoolSnapshot>[] = [
  rows.gauge(
    ['socket_pool_endpoints_ejected'],
    'Endpoints that get no calls because they failed, or only single ones to find out whether they work again.',
    ({ endpoints }) => endpoints.filter(({ ejection }) => ejection.state !== 'none').length,
  ),
  rows.counter(['socket_pool_ejections_total', 'cause'], 'Ejections of endpoints.', (pool) =>
    byLabel('cause', pool.ejections),
  ),
  rows.gauge(
    ['socket_pool_panic'],
    '1 while too few endpoints are in health for ejections to be heeded.',
    ({ isPanic }) => (isPanic ? 1 : 0),
  ),
  rows.gauge(
    ['socket_pool_circuits_open'],
    'Patterns whose calls fail at once, or of which only single ones are let through.',
    ({ circuits }) => circuits.open,
  ),
  rows.counter(
    ['socket_pool_circuit_openings_total'],
    'How often the circuit of a pattern opened.',
    ({ circuits }) => circuits.openings,
  ),
  rows.counter(
    ['socket_pool_circuit_refusals_total'],
    'Calls that failed at once for an open circuit.',
    ({ circuits }) => circuits.refused,
  ),
];
