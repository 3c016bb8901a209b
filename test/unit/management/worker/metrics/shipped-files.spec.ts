import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { METRIC_TABLE } from '../../../../../lib/management/worker/metrics/metric-table.js';
import type { PrometheusSamples } from '../../../../support/prometheus-samples.js';
import { MetricsStage, picture } from './metrics-fixture.js';

const FOLDER = new URL('../../../../../lib/management/', import.meta.url);

const readShipped = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');

interface Panel {
  readonly title: string;
  readonly description?: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const dashboard = JSON.parse(readShipped('grafana-dashboard.json')) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly query: unknown }[] };
};
const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const variables = dashboard.templating.list.map(({ query }) => JSON.stringify(query));
const alerts = readShipped('prometheus-alerts.yml')
  .split('\n')
  .filter((line) => !line.trimStart().startsWith('#'))
  .join('\n');

const FILES = [
  ['grafana-dashboard.json', [...queries, ...variables].join('\n').replaceAll('\\"', '"')],
  ['prometheus-alerts.yml', alerts],
] as const;

/** Metrics with what is asked of their labels: `name{cause="idle",pool=~"$pool"}`. */
function selectorsOf(text: string): { name: string; matchers: [string, string][] }[] {
  return [...text.matchAll(/\b(socket_pool_[a-z_]+)(?:\{([^}]*)\})?/g)].map(([, name, inside]) => ({
    name: name!.replace(/_bucket$/, ''),
    matchers: [...(inside ?? '').matchAll(/([a-z]+)(?:=|!=|=~|!~)"([^"]*)"/g)].map(
      ([, label, value]): [string, string] => [label!, value!],
    ),
  }));
}

describe.each(FILES)('%s', (_, text) => {
  const selectors = selectorsOf(text);
  let samples: PrometheusSamples;

  beforeAll(async () => {
    samples = await new MetricsStage().show(picture()).scrape();
  });

  it('asks for many metrics, and only for those that there are', () => {
    const known = METRIC_TABLE.map(({ name }) => name);
    const asked = [...new Set(selectors.map(({ name }) => name))];
    expect(asked.length).toBeGreaterThan(15);
    expect(asked.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('asks for labels and values that there are', () => {
    const wrong: string[] = [];
    for (const { name, matchers } of selectors) {
      const row = METRIC_TABLE.find((each) => each.name === name);
      for (const [label, value] of matchers) {
        if (label === 'job' || label === 'instance') continue;
        const isKnown = row?.labels.includes(label) === true;
        const values = value.startsWith('$') ? [] : value.split('|');
        const unknown = values.filter((each) => !hasValue(samples, name, `${label}="${each}"`));
        if (!isKnown || unknown.length > 0) wrong.push(`${name}{${label}="${value}"}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('the dashboard', () => {
  it('says of every panel what it shows', () => {
    const panels = dashboard.panels.filter(({ type }) => type !== 'row');
    const silent = panels.filter(({ description = '' }) => !/[.]$/.test(description));
    expect(silent.map(({ title }) => title)).toEqual([]);
  });
});

function hasValue(samples: PrometheusSamples, name: string, matcher: string): boolean {
  return [...samples.values.keys()].some(
    (series) => series.startsWith(`${name}{`) && series.includes(matcher),
  );
}
