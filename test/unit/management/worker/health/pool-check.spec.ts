import { describe, expect, it } from 'vitest';
import { PoolCheck } from '../../../../../lib/management/worker/health/pool-check.js';
import { endpointSnapshot, poolSnapshot } from '../../../../support/snapshots.js';
import { WatchedService } from '../../../../support/watched-service.js';

function checked(minReadyConnections = 1) {
  const service = new WatchedService();
  return { service, check: new PoolCheck(service.view, minReadyConnections) };
}

describe('the check of the pools', () => {
  it('has nothing to say without pools', () => {
    expect(checked().check.run()).toEqual([]);
  });

  it('judges each by its ready connections', () => {
    const { service, check } = checked(2);
    service.show({
      pools: [
        poolSnapshot({ endpoints: [endpointSnapshot(), endpointSnapshot()] }),
        poolSnapshot({ name: 'users' }),
        poolSnapshot({ name: 'lazy', state: 'idle', endpoints: [] }),
      ],
    });
    expect(check.run().map(({ key, status }) => `${key} ${status}`)).toEqual([
      'pool orders up',
      'pool users down',
      'pool lazy up',
    ]);
    expect(check.run()[1]?.details).toMatchObject({
      reasons: ['1 connections are ready, 2 are needed'],
    });
  });

  it('calls a pool degraded when an endpoint takes no calls', () => {
    const { service, check } = checked();
    const down = endpointSnapshot({ address: 'tcp://10.0.0.8:4000', connections: [] });
    service.show({ pools: [poolSnapshot({ endpoints: [endpointSnapshot(), down] })] });
    expect(check.run()).toMatchObject([{ status: 'degraded' }]);
  });

  it('judges a picture once', () => {
    const { service, check } = checked();
    service.show({ pools: [poolSnapshot()] });
    expect(check.run()).toBe(check.run());
    service.show({ pools: [] });
    expect(check.run()).toEqual([]);
  });

  it('speaks of a single one', () => {
    const { service, check } = checked();
    service.show({ pools: [poolSnapshot(), poolSnapshot({ name: 'users' })] });
    expect(check.run('users')).toMatchObject([{ key: 'pool users', status: 'up' }]);
    expect(check.run('gone')).toMatchObject([{ key: 'pool gone', status: 'down' }]);
  });
});
