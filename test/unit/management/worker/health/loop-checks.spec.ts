import { describe, expect, it } from 'vitest';
import { LagCheck, LoopCheck } from '../../../../../lib/management/worker/health/loop-checks.js';
import { WatchedService } from '../../../../support/watched-service.js';

describe('the check of the loop', () => {
  it('fails when it is stuck for longer than the limit, and says for how long', async () => {
    const service = new WatchedService();
    const check = new LoopCheck(service.loop, 5_000);
    await service.pass(5_000);
    expect(check.run()).toMatchObject([{ key: 'loop', status: 'up' }]);
    await service.pass(20);
    expect(check.run()).toEqual([
      {
        key: 'loop',
        status: 'down',
        details: {
          message: "the service's event loop has been stuck for 5020 ms, more than 5000 ms",
          stuckMs: 5_020,
          limitMs: 5_000,
        },
      },
    ]);
    service.beat();
    expect(check.run()).toMatchObject([{ status: 'up' }]);
  });

  it('does not hold against the loop that the whole process stood still', async () => {
    const service = new WatchedService();
    const check = new LoopCheck(service.loop, 5_000);
    await service.turn(100);
    service.beats.look();
    service.clock.block(60_000);
    expect(check.run()).toMatchObject([{ status: 'up' }]);
  });
});

describe('the check of the lag', () => {
  it('fails above the limit; the time between two beats is none', async () => {
    const service = new WatchedService();
    const check = new LagCheck(service.loop, 1_000);
    await service.pass(20);
    expect(check.run()).toMatchObject([{ status: 'up', details: { lagMs: 0 } }]);
    await service.pass(1_000);
    expect(check.run()).toMatchObject([{ status: 'up', details: { lagMs: 1_000 } }]);
    await service.pass(20);
    expect(check.run()).toMatchObject([{ key: 'lag', status: 'down', details: { lagMs: 1_020 } }]);
  });
});
