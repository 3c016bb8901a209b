import type { OptionsInput, ResolvedOptions } from '../common/options.js';
import { choice, custom } from '../common/options.js';
import { toAsciiName } from './dns-name.js';
import type { DnsResolver, IpFamily } from './dns-resolver.js';
import { pollingOptionTable } from './polling-options.js';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** How names are looked up. */
export const dnsLookupOptionTable = {
  family: custom<IpFamily>({
    default: 0,
    unit: 'family',
    expected: '0, 4 or 6',
    description:
      'Which addresses are wanted: IPv4, IPv6, or (0) both. Of both, those of the family that the resolver names first carry the calls; the others have weight 0, for when none of the first takes calls.',
    accepts: (value) => value === 0 || value === 4 || value === 6,
  }),
  resolver: custom<'system' | 'dns' | DnsResolver | undefined>({
    default: undefined,
    unit: 'choice',
    expected: "'system', 'dns', or an object with methods `addresses` and `services`",
    description:
      'Who is asked: the system, with hosts file and search domains (default for hosts), or the name servers (default for services), which say how long their answers are good.',
    accepts: (value) => value === 'system' || value === 'dns' || isResolver(value),
  }),
  ...pollingOptionTable,
};

export type DnsLookupOptions = ResolvedOptions<typeof dnsLookupOptionTable>;

/** Everything a {@link DnsDiscovery} may be configured with. */
export const dnsDiscoveryOptionTable = {
  name: custom<string | undefined>({
    default: undefined,
    unit: 'text',
    expected: 'a name such as orders.internal or _orders._tcp.internal',
    description: 'The name that is looked up.',
    accepts: (value) => toAsciiName(value) !== undefined,
  }),
  port: custom<number | undefined>({
    default: undefined,
    unit: 'port',
    expected: 'a whole number from 1 to 65535',
    description:
      'The port of a host (A and AAAA records). Without it the name is that of a service, whose SRV records tell host, port, priority and weight.',
    accepts: (value) =>
      Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65_535,
  }),
  scheme: choice(['tcp', 'tls'], 'tcp', 'How the endpoints are spoken to.'),
  ...dnsLookupOptionTable,
};

export type DnsDiscoveryOptions = OptionsInput<typeof dnsDiscoveryOptionTable> & {
  readonly name: string;
};

function isResolver(value: unknown): boolean {
  return (
    isObject(value) && typeof value.addresses === 'function' && typeof value.services === 'function'
  );
}
