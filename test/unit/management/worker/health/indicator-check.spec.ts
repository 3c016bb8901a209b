import { describe, expect, it } from 'vitest';
import { resolveOptions } from '../../../../../lib/common/options.js';
import { probeOptionTable } from '../../../../../lib/management/management-options.js';
import type { IndicatorResult } from '../../../../../lib/management/management.contract.js';
import { IndicatorCheck } from '../../../../../lib/management/worker/health/indicator-check.js';
import { WatchedService } from '../../../../support/watched-service.js';

const PROBES = resolveOptions(
  probeOptionTable,
  { indicatorIntervalMs: 1_000, indicatorTimeoutMs: 500 },
  [],
);

function checked() {
  const service = new WatchedService();
  let refreshes = 0;
  const refresh = { refresh: () => Promise.resolve(void refreshes++) };
  const check = new IndicatorCheck(service.view, refresh, service.clock, PROBES);
  const show = (status: IndicatorResult['status'], details: Record<string, unknown> = {}) =>
    service.show({
      indicators: [{ key: 'database', status, details, checkedAt: service.clock.wallNow() }],
    });
  return { service, check, show, refreshes: () => refreshes };
}

describe('the check of the user’s indicators', () => {
  it.each(['up', 'degraded', 'down'] as const)('gives the last verdict: %s', async (status) => {
    const { check, show, service } = checked();
    show(status, { version: 15, status });
    service.clock.advance(700);
    expect(await check.run()).toEqual([
      { key: 'database', status, details: { version: 15, ageMs: 700 } },
    ]);
  });

  it('says so when it is stale, and trusts it less', async () => {
    const { check, show, service } = checked();
    show('up');
    service.clock.advance(2_500);
    expect(await check.run()).toMatchObject([{ status: 'up' }]);
    service.clock.advance(1);
    expect(await check.run()).toEqual([
      {
        key: 'database',
        status: 'degraded',
        details: { ageMs: 2_501, isStale: true, message: 'its last answer is 2501 ms old' },
      },
    ]);
    show('down');
    service.clock.advance(5_000);
    expect(await check.run()).toMatchObject([{ status: 'down', details: { isStale: true } }]);
  });

  it('shows one that has never answered as down, and looks for its answer', async () => {
    const { check, show, service, refreshes } = checked();
    show('pending');
    service.clock.advance(300);
    const pending = { isPending: true, message: 'it has not answered yet', ageMs: 300 };
    expect(await check.run()).toEqual([{ key: 'database', status: 'down', details: pending }]);
    expect(refreshes()).toBe(1);
    show('up');
    expect(await check.run()).toMatchObject([{ status: 'up' }]);
    expect(refreshes()).toBe(1);
  });

  it('speaks of a single one, and knows when there is none of the name', async () => {
    const { check, show } = checked();
    expect(await check.run()).toEqual([]);
    expect(await check.run('database')).toMatchObject([{ key: 'database', status: 'down' }]);
    show('up');
    expect(await check.run('database')).toMatchObject([{ key: 'database', status: 'up' }]);
  });
});
