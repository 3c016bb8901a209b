import { describe, expect, it } from 'vitest';
import { WatchedService } from '../../../../support/watched-service.js';

const never = new Promise<string>(() => undefined);

describe('the service’s loop', () => {
  it('is silent for as long as it has not beaten', async () => {
    const service = new WatchedService();
    await service.pass(60);
    expect(service.loop.silentMs).toBe(60);
    expect(service.loop.isStill).toBe(false);
    await service.pass(40);
    expect(service.loop.isStill).toBe(true);
    service.beat();
    expect(service.loop.silentMs).toBe(0);
  });

  it('gives what was done', async () => {
    const { loop } = new WatchedService();
    const outcome = loop.waitFor(Promise.resolve('done'), 1_000);
    await expect(outcome).resolves.toEqual({ kind: 'done', value: 'done' });
  });

  it('waits while the loop turns, up to the limit', async () => {
    const service = new WatchedService();
    const outcome = service.loop.waitFor(never, 500);
    await service.turn(520);
    await expect(outcome).resolves.toEqual({ kind: 'late' });
    expect(service.clock.timerCount).toBe(0);
  });

  it('gives up as soon as the loop stands still', async () => {
    const service = new WatchedService();
    const outcome = service.loop.waitFor(never, 5_000);
    await service.turn(200);
    await service.pass(100);
    await expect(outcome).resolves.toMatchObject({ kind: 'silent' });
  });

  it('passes on what fails, and swallows what fails later', async () => {
    const service = new WatchedService();
    await expect(service.loop.waitFor(Promise.reject(new Error('no')), 100)).rejects.toThrow('no');
    let fail: (error: Error) => void = () => undefined;
    const outcome = service.loop.waitFor(new Promise<never>((_, reject) => (fail = reject)), 20);
    await service.turn(60);
    await expect(outcome).resolves.toEqual({ kind: 'late' });
    fail(new Error('too late'));
    await service.clock.settle();
  });
});
