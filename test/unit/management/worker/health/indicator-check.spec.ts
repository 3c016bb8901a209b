import { describe, expect, it } from 'vitest';
import { resolveOptions } from '../../../../../lib/common/options.js';
import { probeOptionTable } from '../../../../../lib/management/management-options.js';
import { IndicatorCheck } from '../../../../../lib/management/worker/health/indicator-check.js';
import { WatchedService } from '../../../../support/watched-service.js';

const PROBES = resolveOptions(
  probeOptionTable,
  { indicatorIntervalMs: 1_000, indicatorTimeoutMs: 500 },
  [],
);

function checked() {
  const service = new WatchedService();
  const check = new IndicatorCheck(service.view, service.clock, PROBES);
  const show = (status: 'up' | 'degraded' | 'down', details: Record<string, unknown> = {}) =>
    service.show({
      indicators: [{ key: 'database', status, details, checkedAt: service.clock.wallNow() }],
    });
  return { service, check, show };
}

describe('the check of the user’s indicators', () => {
  it.each(['up', 'degraded', 'down'] as const)('gives the last verdict: %s', (status) => {
    const { check, show, service } = checked();
    show(status, { version: 15, status });
    service.clock.advance(700);
    expect(check.run()).toEqual([
      { key: 'database', status, details: { version: 15, ageMs: 700 } },
    ]);
  });

  it('says so when it is stale, and trusts it less', () => {
    const { check, show, service } = checked();
    show('up');
    service.clock.advance(2_500);
    expect(check.run()).toMatchObject([{ status: 'up' }]);
    service.clock.advance(1);
    expect(check.run()).toEqual([
      {
        key: 'database',
        status: 'degraded',
        details: { ageMs: 2_501, isStale: true, message: 'its last answer is 2501 ms old' },
      },
    ]);
    show('down');
    service.clock.advance(5_000);
    expect(check.run()).toMatchObject([{ status: 'down', details: { isStale: true } }]);
  });

  it('speaks of a single one, also before it has answered', () => {
    const { check, show } = checked();
    expect(check.run()).toEqual([]);
    expect(check.run('database')).toMatchObject([{ key: 'database', status: 'down' }]);
    show('up');
    expect(check.run('database')).toMatchObject([{ key: 'database', status: 'up' }]);
  });
});
