import { describe, expect, it, vi } from 'vitest';
import type { DiscoveryListener } from '../../../lib/discovery/discovery.js';
import { createEndpoint } from '../../../lib/discovery/endpoint.js';
import { StaticDiscovery } from '../../../lib/discovery/static-discovery.js';

describe('StaticDiscovery', () => {
  it('reports its list once to every watch', () => {
    const discovery = new StaticDiscovery(['tcp://a:1', { address: 'tcp://b:2', weight: 3 }]);
    for (let watches = 0; watches < 2; watches++) {
      const listener = { onEndpoints: vi.fn<DiscoveryListener['onEndpoints']>(), onError: vi.fn() };
      const dispose = discovery.watch(listener);
      dispose();
      expect(listener.onEndpoints.mock.calls).toEqual([
        [[createEndpoint('tcp://a:1'), createEndpoint({ address: 'tcp://b:2', weight: 3 })]],
      ]);
      expect(listener.onError).not.toHaveBeenCalled();
    }
  });

  it('refuses a list that names an endpoint twice', () => {
    const list = ['tcp://a:1', 'tcp://b:2', 'tcp://a:1', 'tcp://a:1'];
    expect(() => new StaticDiscovery(list)).toThrow(/tcp:\/\/a:1: is listed more than once$/);
  });

  it('refuses an unusable endpoint', () => {
    expect(() => new StaticDiscovery([''])).toThrow(/not usable for an endpoint/);
  });
});
