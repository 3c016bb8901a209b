/**
 * Where the endpoints of a pool come from when a list is given. Addresses stay as they are. A name stands
 * for whatever addresses it has at the time, so it is looked up, again and again, and each address is an
 * endpoint. As long as it was never found, the name itself is the endpoint, which each connect looks up.
 */
import { isIP } from 'node:net';
import type { Discovery } from '../discovery/discovery.js';
import { DnsDiscovery } from '../discovery/dns-discovery.js';
import type { DnsName } from '../discovery/dns-name.js';
import { parseDnsName } from '../discovery/dns-name.js';
import { createEndpoint } from '../discovery/endpoint.js';
import { FallbackDiscovery } from '../discovery/fallback-discovery.js';
import { MergedDiscovery } from '../discovery/merged-discovery.js';
import type { DiscoveryEnvironment } from '../discovery/polling-discovery.js';
import { StaticDiscovery } from '../discovery/static-discovery.js';
import { parseLinkAddress } from '../link/link-address.js';
import type { PoolOptions } from './pool-options.js';

/**
 * @param isPlain leaves names to whoever makes the links, except those that only a name server knows
 * @throws SocketPoolError `INVALID_OPTIONS`
 */
export function discoveryOf(
  { discovery, endpoints, dns }: Pick<PoolOptions, 'discovery' | 'endpoints' | 'dns'>,
  environment: DiscoveryEnvironment,
  isPlain = false,
): Discovery {
  if (discovery !== undefined) return discovery;
  const named = (name: DnsName): Discovery =>
    new DnsDiscovery({ ...(dns === false ? {} : dns), ...name }, environment);
  const listed: string[] = [];
  const sources: Discovery[] = [];
  for (const text of endpoints) {
    const dnsName = parseDnsName(text);
    const host = dns === false || isPlain ? undefined : nameIn(text);
    if (typeof dnsName === 'object') sources.push(named(dnsName));
    else if (host === undefined) listed.push(text);
    else sources.push(new FallbackDiscovery(named(host), [createEndpoint(text)]));
  }
  if (listed.length > 0) sources.unshift(new StaticDiscovery(listed));
  return sources.length === 1 ? sources[0]! : new MergedDiscovery(sources);
}

/** The host of an address, where it is a name; the machine itself needs no look-up. */
function nameIn(text: string): DnsName | undefined {
  const address = parseLinkAddress(text);
  if (typeof address === 'string' || address.kind === 'unix') return undefined;
  const { host, port, kind } = address;
  if (isIP(host) !== 0 || /^(.+\.)?localhost\.?$/i.test(host)) return undefined;
  return { name: host, port, scheme: kind };
}
