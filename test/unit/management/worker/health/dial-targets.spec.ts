import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { dialTargets } from '../../../../../lib/management/worker/health/dial-targets.js';

const hostsOf = (address: string) =>
  dialTargets(address).map((target) => (target.kind === 'unix' ? target.path : target.host));

describe('where to dial', () => {
  it.each([
    ['tcp://10.0.0.7:4000', ['10.0.0.7']],
    ['tls://[fd00::7]:4000', ['fd00::7']],
    ['tcp://0.0.0.0:4000', ['127.0.0.1']],
    ['tcp://[::]:4000', ['::1']],
    ['tcp://localhost:4000', ['127.0.0.1', '::1']],
    ['unix:/run/orders.sock', ['/run/orders.sock']],
    ['nonsense', []],
    ['tcp://10.0.0.7:0', []],
  ])('%s: %j', (address, hosts) => {
    expect(hostsOf(address)).toEqual(hosts);
  });

  it('is any of this machine’s addresses for a name, which is not looked up', () => {
    const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    const hosts = hostsOf('tcp://orders.internal:4000');
    expect(hosts).toContain('127.0.0.1');
    expect(hosts).toContain(own.find(({ family }) => family === 'IPv4')!.address);
    expect(new Set(hosts).size).toBe(hosts.length);
  });
});
