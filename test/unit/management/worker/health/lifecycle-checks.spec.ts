import { describe, expect, it } from 'vitest';
import { Availability, ServicePhase } from '../../../../../lib/management/management.contract.js';
import {
  LifecycleCheck,
  StartupCheck,
} from '../../../../../lib/management/worker/health/lifecycle-checks.js';
import type { PoolState } from '../../../../../lib/metrics/snapshot.js';
import { poolSnapshot } from '../../../../support/snapshots.js';
import { WatchedService } from '../../../../support/watched-service.js';

describe('the check of the lifecycle', () => {
  it.each([
    [ServicePhase.Running, Availability.Online, 'up', undefined],
    [ServicePhase.Starting, Availability.Online, 'down', 'the service has not started yet'],
    [ServicePhase.Draining, Availability.Online, 'down', 'the service is draining'],
    [ServicePhase.Running, Availability.Draining, 'down', 'the service is draining'],
    [ServicePhase.Stopped, Availability.Online, 'down', 'the service has stopped'],
    [ServicePhase.Running, Availability.Offline, 'down', 'the service was taken offline'],
  ])('phase %s, wanted %s: %s', (phase, wanted, status, message) => {
    const service = new WatchedService(phase);
    service.cells.wish(wanted);
    const [result] = new LifecycleCheck(service.cells).run();
    expect(result).toMatchObject({ key: 'lifecycle', status });
    expect(result?.details.message).toBe(message);
  });
});

describe('the check of the start', () => {
  const started = (...states: PoolState[]) => {
    const service = new WatchedService();
    const show = (...now: PoolState[]) =>
      service.show({ pools: now.map((state) => poolSnapshot({ state })) });
    if (states.length > 0) show(...states);
    return { service, show, check: new StartupCheck(service.cells, service.view) };
  };

  it('waits for the bootstrap and for the first picture', () => {
    const { service, check } = started();
    expect(check.run()).toMatchObject([
      { status: 'down', details: { message: 'nothing is known of the service yet' } },
    ]);
    service.show();
    service.enter(ServicePhase.Starting);
    expect(check.run()).toMatchObject([
      { status: 'down', details: { message: 'the service has not started yet' } },
    ]);
    service.enter(ServicePhase.Running);
    expect(check.run()).toMatchObject([{ status: 'up' }]);
  });

  it.each(['starting', 'unavailable'] as const)('waits for a pool that is %s', (state) => {
    const { check, show } = started(state, 'ready');
    expect(check.run()).toMatchObject([
      { status: 'down', details: { message: '1 of 2 pools lack connections' } },
    ]);
    show('ready', 'ready');
    expect(check.run()).toMatchObject([{ status: 'up' }]);
  });

  it.each(['ready', 'idle', 'degraded'] as const)('is done with a pool that is %s', (state) => {
    expect(started(state).check.run()).toMatchObject([{ status: 'up' }]);
  });

  it('happens once: what is lost later is no matter of the start', () => {
    const { check, show } = started('ready');
    check.run();
    show('unavailable');
    expect(check.run()).toMatchObject([{ status: 'up' }]);
  });
});
