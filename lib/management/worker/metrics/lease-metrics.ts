import type { PoolSnapshot } from '../../../metrics/snapshot.js';
import type { Metric } from './metric.js';
import { MetricRows } from './metric.js';

const rows = new MetricRows<PoolSnapshot>(['pool']);

/** Of exclusive pools only: the others have no such series. */
export const leaseMetrics: readonly Metric<PoolSnapshot>[] = [
  rows.gauge(
    ['socket_pool_leases_overdue'],
    'Leases of an exclusive pool that are held for longer than the leak threshold.',
    (pool) => pool.leases?.overdue,
  ),
  rows.counter(
    ['socket_pool_leases_leaked_total'],
    'Leases of an exclusive pool that were ever held for longer.',
    (pool) => pool.leases?.leaked,
  ),
  rows.histogram(
    ['socket_pool_lease_wait_seconds'],
    'How long it took from asking an exclusive pool for a lease to having it.',
    (pool) => pool.leases?.waits,
  ),
];
