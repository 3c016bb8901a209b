import type { PoolSnapshot } from '../../../metrics/snapshot.js';
import type { Metric } from './metric.js';
import { byLabel, MetricRows } from './metric.js';

const rows = new MetricRows<PoolSnapshot>(['pool']);

/** Endpoints of a pool that get no calls because they fail. */
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
];
