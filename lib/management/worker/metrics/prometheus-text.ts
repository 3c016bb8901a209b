import { DURATION_BUCKETS_MS } from '../../management.contract.js';
import type { MetricDescription, MetricValue } from './metric.js';
import type { MetricFamilies, Sample } from './metric-families.js';
import { secondsOfMs } from './seconds.js';

/** The format that every Prometheus reads. */
export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export type PromClient = typeof import('prom-client');
type Registry = InstanceType<PromClient['Registry']>;

/** One line of the exposition, as prom-client takes it from a metric. */
interface PromValue {
  readonly metricName: string;
  readonly labels: Record<string, string>;
  readonly value: number;
}

/**
 * Writes families of samples in the exposition format of Prometheus. prom-client's own metrics count where
 * they stand; ours were counted elsewhere, so a registry is given metrics that only show their values.
 */
export class PrometheusText {
  constructor(
    private readonly client: PromClient,
    private readonly table: readonly MetricDescription[],
  ) {}

  /** Metrics without a sample are left out. What is registered with prom-client in this thread follows. */
  async write(families: MetricFamilies): Promise<string> {
    const registry = new this.client.Registry();
    for (const row of this.table) {
      const samples = families.byName.get(row.name);
      if (samples !== undefined) register(registry, row, samples);
    }
    return (await registry.metrics()) + (await this.ofOthers());
  }

  /** A user’s own controllers may count as well. What goes wrong there is left out, and takes nothing with it. */
  private async ofOthers(): Promise<string> {
    const { register: global } = this.client;
    if (global.getMetricsAsArray().length === 0) return '';
    try {
      return `\n${await global.metrics()}`;
    } catch {
      return '';
    }
  }
}

function register(registry: Registry, row: MetricDescription, samples: readonly Sample[]): void {
  const values = samples.flatMap(({ labels, value }) => linesOf(row.name, labels, value));
  const { name, type, meaning: help } = row;
  const shown = { name, help, type, aggregator: 'sum', values };
  registry.registerMetric({ ...shown, get: () => Promise.resolve(shown) } as never);
}

function linesOf(name: string, labels: Sample['labels'], value: MetricValue): PromValue[] {
  if (typeof value === 'number') return [{ metricName: name, labels: { ...labels }, value }];
  let count = 0;
  const buckets = value.counts.map((inBucket, i) => {
    count += inBucket;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: boundOf(i) }, value: count };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels: { ...labels }, value: secondsOfMs(value.sumMs) },
    { metricName: `${name}_count`, labels: { ...labels }, value: count },
  ];
}

function boundOf(bucket: number): string {
  const boundMs = DURATION_BUCKETS_MS[bucket];
  return boundMs === undefined ? '+Inf' : String(secondsOfMs(boundMs));
}
