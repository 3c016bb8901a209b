import type { Clock } from '../../lib/common/clock.js';
import { DnsDiscovery } from '../../lib/discovery/dns-discovery.js';
import { createEndpoint } from '../../lib/discovery/endpoint.js';
import { FallbackDiscovery } from '../../lib/discovery/fallback-discovery.js';
import { MergedDiscovery } from '../../lib/discovery/merged-discovery.js';
import { PollingDiscovery } from '../../lib/discovery/polling-discovery.js';
import { StaticDiscovery } from '../../lib/discovery/static-discovery.js';
import { ScriptedResolver } from '../support/scripted-resolver.js';
import { discoveryContract } from './discovery.contract.js';

const ADDRESSES = ['tcp://10.0.0.1:4000', 'tcp://10.0.0.2:4000'];
const FALLBACK = 'tcp://orders:4000';

function resolver(): ScriptedResolver {
  const scripted = new ScriptedResolver();
  scripted.hosts.set('orders', ['10.0.0.1', '10.0.0.2']);
  for (const [at, name] of ['a', 'b'].entries()) scripted.hosts.set(name, [`10.0.0.${at + 1}`]);
  const records = ['a', 'b'].map((name) => ({ name, port: 4000, priority: 1, weight: 1 }));
  scripted.records.set('_orders._tcp.internal', records);
  return scripted;
}

const environment = (clock: Clock) => ({ clock, random: () => 0.5 });

const polling = (clock: Clock): PollingDiscovery =>
  new PollingDiscovery({ load: () => Promise.resolve(ADDRESSES) }, environment(clock));

discoveryContract('StaticDiscovery', ADDRESSES, () => new StaticDiscovery(ADDRESSES));

discoveryContract('PollingDiscovery', ADDRESSES, polling);

discoveryContract(
  'DnsDiscovery of a host',
  ADDRESSES,
  (clock) =>
    new DnsDiscovery({ name: 'orders', port: 4000, resolver: resolver() }, environment(clock)),
);

discoveryContract(
  'DnsDiscovery of a service',
  ADDRESSES,
  (clock) =>
    new DnsDiscovery({ name: '_orders._tcp.internal', resolver: resolver() }, environment(clock)),
);

discoveryContract(
  'MergedDiscovery',
  [...ADDRESSES, 'tcp://10.0.0.3:4000'],
  (clock) => new MergedDiscovery([new StaticDiscovery(['tcp://10.0.0.3:4000']), polling(clock)]),
);

discoveryContract(
  'FallbackDiscovery of a source that answers',
  ADDRESSES,
  (clock) => new FallbackDiscovery(polling(clock), [createEndpoint(FALLBACK)]),
);

discoveryContract('FallbackDiscovery of a source that fails', [FALLBACK], (clock) => {
  const load = (): Promise<never> => Promise.reject(new Error('out of order'));
  const failing = new PollingDiscovery({ load }, environment(clock));
  return new FallbackDiscovery(failing, [createEndpoint(FALLBACK)]);
});
