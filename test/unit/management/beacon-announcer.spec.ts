import { expect, it } from 'vitest';
import { seededRandom } from '../../../lib/common/random.js';
import type { AnnouncedBeacon } from '../../../lib/management/beacon-announcer.js';
import { BeaconAnnouncer } from '../../../lib/management/beacon-announcer.js';
import type { ManagedServer, ManagedService } from '../../../lib/management/managed-service.js';

class ServerRecorder {
  beacon: AnnouncedBeacon | undefined;

  announceBeacon(beacon: AnnouncedBeacon | undefined): void {
    this.beacon = beacon;
  }
}

function announcer(host = '127.0.0.1') {
  const servers = [new ServerRecorder()];
  const service: ManagedService = {
    servers: () => servers as unknown as ManagedServer[],
    pools: () => [],
    http: () => null,
  };
  const made = new BeaconAnnouncer(service, { host, port: 0 }, seededRandom(1));
  return { servers, announcer: made };
}

it('tells servers of the beacon from the moment there is one, those that come later too', () => {
  const { servers, announcer: told } = announcer();
  told.announce();
  expect(servers[0]!.beacon).toBeUndefined();
  told.moved(4_001);
  expect(servers[0]!.beacon).toEqual({ port: 4_001, id: told.id, isLocal: true });
  expect(told.id).toMatch(/^[0-9a-f]{32}$/);
  servers.push(new ServerRecorder());
  told.announce();
  expect(servers[1]!.beacon).toEqual(servers[0]!.beacon);
});

it('takes it back when the thread is gone, and tells of the same process when it is there again', () => {
  const { servers, announcer: told } = announcer();
  told.moved(4_001);
  const { id } = servers[0]!.beacon!;
  told.moved(undefined);
  expect(servers[0]!.beacon).toBeUndefined();
  told.moved(4_002);
  expect(servers[0]!.beacon).toMatchObject({ port: 4_002, id });
});

it.each([
  ['127.0.0.1', true],
  ['localhost', true],
  ['::1', true],
  ['0.0.0.0', false],
  ['::', false],
  ['10.0.0.7', false],
])('knows who can reach one at %s', (host, isLocal) => {
  const { servers, announcer: told } = announcer(host);
  told.moved(1);
  expect(servers[0]!.beacon).toMatchObject({ isLocal });
});
