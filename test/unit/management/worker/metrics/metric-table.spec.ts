import { describe, expect, it } from 'vitest';
import { METRIC_TABLE } from '../../../../../lib/management/worker/metrics/metric-table.js';

const names = METRIC_TABLE.map(({ name }) => name);

describe('the table of metrics', () => {
  it('has no name twice', () => {
    expect(names).toHaveLength(new Set(names).size);
  });

  it.each(METRIC_TABLE)('follows the conventions of Prometheus: $name', (metric) => {
    const { name, type, labels, meaning } = metric;
    expect(name).toMatch(/^socket_pool_[a-z]+(_[a-z]+)*$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    // Base units only, and no name that a histogram's series would have.
    expect(name).not.toMatch(
      /_(ms|millis|milliseconds|micros|kb|mb|percent|bucket|sum|count)(_|$)/,
    );
    if (type === 'histogram') expect(name).toMatch(/_seconds$/);
    for (const label of labels) expect(label).toMatch(/^[a-z]+$/);
    expect(labels).not.toContain('le');
    expect(meaning).toMatch(/^\S.*[.]$/);
    expect(meaning).not.toContain('\n');
  });
});
