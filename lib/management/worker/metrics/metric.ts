/**
 * What a metric is: a row of a table with a name, labels and a meaning, and how it is read from a source.
 * The exposition, its documentation and their tests all go by these rows.
 */
import type { DurationSnapshot } from '../../../metrics/duration-counts.js';

export type MetricType = 'counter' | 'gauge' | 'histogram';

export type Labels = Readonly<Record<string, string>>;

/** A number, or durations for a histogram. */
export type MetricValue = number | DurationSnapshot;

/** The value of one series. */
export interface Reading {
  /** Beside those of the source. */
  readonly labels: Labels;
  readonly value: MetricValue;
}

/** One value for a metric without labels of its own, or one for each of its series; `undefined` where it is not known. */
export type Read<Source> = (source: Source) => MetricValue | Iterable<Reading> | undefined;

/** What the documentation shows of a metric. */
export interface MetricDescription {
  /** By the conventions of Prometheus: base units, `_total` for what only grows. */
  readonly name: string;
  readonly type: MetricType;
  readonly labels: readonly string[];
  readonly meaning: string;
  /** From `/proc`: absent elsewhere than on Linux. */
  readonly isFromKernel: boolean;
}

export interface Metric<Source> extends MetricDescription {
  readonly read: Read<Source>;
}

/** The metrics of one kind of source, and the labels that tell one source from another. */
export interface MetricSet<Source> {
  readonly metrics: readonly Metric<Source>[];
  labelsOf(source: Source): Labels;
}

/** What a metric is called and labelled with. */
export type Naming = readonly [name: string, ...labels: string[]];

/** Makes the rows of one kind of source. */
export class MetricRows<Source> {
  /** @param sourceLabels the labels that every metric of this source has */
  constructor(
    private readonly sourceLabels: readonly string[],
    private readonly isFromKernel = false,
  ) {}

  counter(naming: Naming, meaning: string, read: Read<Source>): Metric<Source> {
    return this.metric('counter', naming, { meaning, read });
  }

  gauge(naming: Naming, meaning: string, read: Read<Source>): Metric<Source> {
    return this.metric('gauge', naming, { meaning, read });
  }

  histogram(naming: Naming, meaning: string, read: Read<Source>): Metric<Source> {
    return this.metric('histogram', naming, { meaning, read });
  }

  private metric(
    type: MetricType,
    [name, ...labels]: Naming,
    row: Pick<Metric<Source>, 'meaning' | 'read'>,
  ): Metric<Source> {
    const { sourceLabels, isFromKernel } = this;
    return { name, type, labels: [...sourceLabels, ...labels], isFromKernel, ...row };
  }
}

/** The series of a metric that one label tells apart. */
export function* byLabel(
  label: string,
  values: Readonly<Record<string, number | undefined>>,
): Generator<Reading> {
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined) yield { labels: { [label]: inWords(key) }, value };
  }
}

/** A series for each state there is, 1 for the one that holds. */
export function byState(
  label: string,
  states: readonly string[],
  current: string | undefined,
): Iterable<Reading> {
  const values = states.map((state): [string, number] => [state, state === current ? 1 : 0]);
  return byLabel(label, Object.fromEntries(values));
}

/** How many there are in each state. */
export function countByState(
  states: readonly string[],
  items: readonly { readonly state: string }[],
): Iterable<Reading> {
  const counts = Object.fromEntries(states.map((state): [string, number] => [state, 0]));
  for (const { state } of items) if (Object.hasOwn(counts, state)) counts[state]++;
  return byLabel('state', counts);
}

/** `handshakeTimeout` as label values are written: `handshake_timeout`. */
function inWords(camelCase: string): string {
  return camelCase.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
