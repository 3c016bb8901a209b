import type { CounterTotals, Counts } from './counter-totals.js';
import type { Labels, Metric, MetricSet, MetricValue, Reading } from './metric.js';

/** One series with its value. */
export interface Sample {
  readonly labels: Labels;
  readonly value: MetricValue;
}

/** The samples of every metric, in the order of the table. */
export class MetricFamilies {
  private readonly samples = new Map<string, Sample[]>();

  get byName(): ReadonlyMap<string, readonly Sample[]> {
    return this.samples;
  }

  /** Adds what a source shows. @param totals where its counters are carried on, if it may be made anew */
  add<Source>(set: MetricSet<Source>, source: Source, totals?: CounterTotals): void {
    const sourceLabels = set.labelsOf(source);
    const read = set.metrics.flatMap((metric) => readingsOf(metric, source, sourceLabels));
    const counts = totals?.carry(sourceName(sourceLabels), countsOf(read));
    for (const { metric, labels, value, key } of read) {
      const total = metric.type === 'gauge' ? undefined : counts?.get(key);
      this.put(metric.name, { labels, value: total === undefined ? value : valueOf(total) });
    }
  }

  addAll(families: MetricFamilies): void {
    for (const [name, samples] of families.byName) for (const each of samples) this.put(name, each);
  }

  private put(name: string, sample: Sample): void {
    const samples = this.samples.get(name);
    if (samples === undefined) this.samples.set(name, [sample]);
    else samples.push(sample);
  }
}

interface ReadSample<Source> extends Sample {
  readonly metric: Metric<Source>;
  readonly key: string;
}

function readingsOf<Source>(
  metric: Metric<Source>,
  source: Source,
  sourceLabels: Labels,
): ReadSample<Source>[] {
  return Array.from(toReadings(metric.read(source)), (reading) => {
    const labels = { ...sourceLabels, ...reading.labels };
    const key = `${metric.name} ${Object.values(labels).join('\u0000')}`;
    return { metric, labels, value: reading.value, key };
  });
}

function toReadings(read: MetricValue | Iterable<Reading> | undefined): Iterable<Reading> {
  if (read === undefined) return [];
  const isValue = typeof read === 'number' || 'counts' in read;
  return isValue ? [{ labels: {}, value: read }] : read;
}

function countsOf<Source>(read: readonly ReadSample<Source>[]): Counts {
  const counters = read.filter(({ metric }) => metric.type !== 'gauge');
  return new Map(counters.map(({ key, value }) => [key, numbersOf(value)]));
}

/** Of durations the counts, with the sum behind them. */
function numbersOf(value: MetricValue): readonly number[] {
  return typeof value === 'number' ? [value] : [...value.counts, value.sumMs];
}

function valueOf(numbers: readonly number[]): MetricValue {
  const last = numbers.at(-1) ?? 0;
  return numbers.length === 1 ? last : { counts: numbers.slice(0, -1), sumMs: last };
}

function sourceName(labels: Labels): string {
  return Object.entries(labels).join(' ');
}
