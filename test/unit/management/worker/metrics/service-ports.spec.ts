import { describe, expect, it } from 'vitest';
import { portsOf } from '../../../../../lib/management/worker/metrics/service-ports.js';
import { endpointSnapshot, poolSnapshot } from '../../../../support/snapshots.js';
import { picture, SERVER } from './metrics-fixture.js';

describe('portsOf', () => {
  it('finds the ports of servers and of the endpoints of pools, each once', () => {
    const endpoints = ['tcp://10.0.0.7:4100', 'tls://[::1]:4200', 'tcp://b:4100', 'unix:/run/x:1'];
    const ports = portsOf(
      picture({
        servers: [{ ...SERVER, addresses: ['tcp://0.0.0.0:4000', 'unix:/run/s:9'] }],
        pools: [
          poolSnapshot({ endpoints: endpoints.map((address) => endpointSnapshot({ address })) }),
        ],
      }),
    );
    expect([...ports.local]).toEqual([4_000]);
    expect([...ports.remote]).toEqual([4_100, 4_200]);
  });

  it('finds none before there is a picture', () => {
    const ports = portsOf(undefined);
    expect([...ports.local, ...ports.remote]).toEqual([]);
  });
});
