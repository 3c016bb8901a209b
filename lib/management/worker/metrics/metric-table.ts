import { kernelMetrics } from './kernel-metrics.js';
import type { MetricDescription } from './metric.js';
import { poolMetrics } from './pool-metrics.js';
import { processMetrics } from './process-metrics.js';
import { serverMetrics } from './server-metrics.js';
import { serviceMetrics } from './service-metrics.js';

/** Every metric there is, in the order in which they are exposed. */
export const METRIC_TABLE: readonly MetricDescription[] = [
  ...serviceMetrics.metrics,
  ...poolMetrics.metrics,
  ...serverMetrics.metrics,
  ...processMetrics.metrics,
  ...kernelMetrics.metrics,
];
