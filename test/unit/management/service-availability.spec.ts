import { describe, expect, it } from 'vitest';
import type { ManagedServer } from '../../../lib/management/managed-service.js';
import { Availability, ServicePhase } from '../../../lib/management/management.contract.js';
import { ServiceAvailability } from '../../../lib/management/service-availability.js';
import { ServiceBeat } from '../../../lib/management/service-beat.js';
import { ManualClock } from '../../support/manual-clock.js';

function available() {
  const clock = new ManualClock();
  const told: string[] = [];
  const serverOf = (name: string) =>
    ({
      goOffline: () => told.push(`${name} offline`),
      goOnline: () => told.push(`${name} online`),
      drain: (ms?: number) => Promise.resolve(void told.push(`${name} drain ${ms}`)),
    }) as unknown as ManagedServer;
  const servers = [serverOf('first')];
  const beat = new ServiceBeat(
    clock,
    () => 1n,
    (wish, sequence) => void availability.apply(wish, sequence),
  );
  const availability: ServiceAvailability = new ServiceAvailability(
    { servers: () => servers, pools: () => [], http: () => null },
    beat,
  );
  return { availability, beat, told, servers, serverOf };
}

describe('the availability of a service', () => {
  it('tells a drain by wish in the phase too, and there is no way back from it', async () => {
    const { availability, beat, told } = available();
    expect(beat.phase).toBe(ServicePhase.Starting);
    beat.enter(ServicePhase.Running);
    await availability.want(Availability.Draining, 500);
    expect(beat.phase).toBe(ServicePhase.Draining);
    beat.enter(ServicePhase.Running);
    expect(beat.phase).toBe(ServicePhase.Draining);
    await availability.want(Availability.Online);
    expect(told).toEqual(['first drain 500']);
  });

  it('takes servers offline that begin to listen afterwards', async () => {
    const { availability, told, servers, serverOf } = available();
    availability.applyToNewcomers();
    await availability.want(Availability.Offline);
    servers.push(serverOf('second'));
    availability.applyToNewcomers();
    await availability.want(Availability.Online);
    availability.applyToNewcomers();
    expect(told).toEqual([
      ...['first offline', 'first offline', 'second offline'],
      ...['first online', 'second online'],
    ]);
  });
});
