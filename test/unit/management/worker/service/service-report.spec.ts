import { describe, expect, it } from 'vitest';
import { resolveOptions } from '../../../../../lib/common/options.js';
import { managementOptionTable } from '../../../../../lib/management/management-options.js';
import { Availability, ServicePhase } from '../../../../../lib/management/management.contract.js';
import { ServiceReporter } from '../../../../../lib/management/worker/service/service-report.js';
import { WatchedService } from '../../../../support/watched-service.js';

function reporting(input: object = {}) {
  const service = new WatchedService();
  const { cells, loop, view, clock } = service;
  const options = resolveOptions(managementOptionTable, input, []);
  const reporter = new ServiceReporter({ cells, loop, view, clock, options });
  return { service, reporter };
}

describe('the report of the service', () => {
  it('says how it stands and how old the picture is', async () => {
    const { service, reporter } = reporting();
    service.show();
    await service.turn(500);
    expect(reporter.report()).toEqual({
      at: service.clock.wallNow(),
      phase: 'running',
      availability: 'online',
      isAvailabilityApplied: true,
      silentMs: 0,
      stuckSince: null,
      isolation: 'thread',
      picture: { takenAt: service.clock.wallNow() - 500, ageMs: 500 },
    });
  });

  it('says since when it is stuck', async () => {
    const { service, reporter } = reporting({ diagnosis: { incidentMs: 500 } });
    const since = service.clock.wallNow();
    await service.pass(500);
    expect(reporter.report().stuckSince).toBeNull();
    await service.pass(20);
    expect(reporter.report()).toMatchObject({ silentMs: 520, stuckSince: since, picture: null });
  });

  it('says what is wanted, and whether the loop has seen it', () => {
    const { service, reporter } = reporting();
    service.cells.wish(Availability.Offline);
    service.enter(ServicePhase.Draining);
    expect(reporter.report()).toMatchObject({
      phase: 'draining',
      availability: 'offline',
      isAvailabilityApplied: false,
    });
    service.applyWish();
    expect(reporter.report().isAvailabilityApplied).toBe(true);
  });

  it('says plainly when there is no isolation', () => {
    const { reporter } = reporting({ isolation: 'inline' });
    expect(reporter.report()).toMatchObject({
      isolation: 'inline',
      notice: expect.stringContaining('is stuck whenever the service is'),
    });
  });
});
