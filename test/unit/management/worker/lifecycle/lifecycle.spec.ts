import { describe, expect, it } from 'vitest';
import {
  Availability,
  ServicePhase,
  type ManagementCommand,
} from '../../../../../lib/management/management.contract.js';
import { Lifecycle } from '../../../../../lib/management/worker/lifecycle/lifecycle.js';
import type { DrainWatch } from '../../../../../lib/management/worker/lifecycle/drain-watch.js';
import type { CommandClient } from '../../../../../lib/management/worker/service/command-client.js';
import { WatchedService } from '../../../../support/watched-service.js';

function controlled() {
  const service = new WatchedService();
  const commands: ManagementCommand[] = [];
  const notes: string[] = [];
  let watches = 0;
  const drainWatch = {
    remainingMs: undefined,
    isDrained: false,
    start: () => watches++,
  } as unknown as DrainWatch;
  const run = (command: ManagementCommand) => {
    commands.push(command);
    return Promise.resolve({ kind: 'waiting', silentMs: 100 });
  };
  const lifecycle = new Lifecycle({
    cells: service.cells,
    loop: service.loop,
    commands: { run } as unknown as CommandClient,
    drainWatch,
    clock: service.clock,
    drainLimitMs: 25_000,
    events: { note: (name) => notes.push(name) },
  });
  return { service, lifecycle, commands, notes, watches: () => watches };
}

describe('the lifecycle', () => {
  it('takes the instance offline, and says when the loop has followed', async () => {
    const { service, lifecycle, notes } = controlled();
    const report = lifecycle.offer(Availability.Offline);
    expect(service.cells.wanted).toBe(Availability.Offline);
    service.applyWish();
    await service.turn(20);
    await expect(report).resolves.toEqual({
      wanted: 'offline',
      readiness: 'effective',
      clients: 'effective',
      drain: null,
    });
    expect(notes).toEqual(['offline']);
  });

  it('says at once what waits for a loop that is stuck', async () => {
    const { service, lifecycle } = controlled();
    await service.pass(3_000);
    await expect(lifecycle.offer(Availability.Offline)).resolves.toMatchObject({
      readiness: 'effective',
      clients: 'waits for the loop',
    });
    await expect(lifecycle.offer(Availability.Online)).resolves.toMatchObject({ wanted: 'online' });
  });

  it('does not wait for ever for a loop that turns', async () => {
    const { service, lifecycle } = controlled();
    const report = lifecycle.offer(Availability.Offline);
    await service.turn(520);
    await expect(report).resolves.toMatchObject({ clients: 'waits for the loop' });
  });

  it('makes no second wish of what is wanted already', async () => {
    const { service, lifecycle, notes } = controlled();
    service.applyWish();
    await lifecycle.offer(Availability.Online);
    expect([service.cells.wishSequence, notes]).toEqual([0, []]);
  });

  it('drains with a time limit for the service, wishes it as well, and watches', async () => {
    const { service, lifecycle, commands, watches } = controlled();
    await lifecycle.drain();
    expect(commands).toEqual([{ kind: 'drain', timeoutMs: 22_000 }]);
    expect(service.cells.wanted).toBe(Availability.Draining);
    expect(lifecycle.isDraining).toBe(true);
    await lifecycle.drain();
    expect([commands.length, watches()]).toEqual([1, 2]);
  });

  it('counts a shutdown as draining', () => {
    const { service, lifecycle } = controlled();
    expect(lifecycle.isDraining).toBe(false);
    service.enter(ServicePhase.Draining);
    expect(lifecycle.isDraining).toBe(true);
  });
});
