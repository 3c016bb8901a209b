/**
 * Endpoints by name. A connection outlives the answer that it was made by, so a name that is looked up
 * only at connect is never looked up again while all goes well: instances that were added get no calls.
 * Here the name is the source of the endpoints, asked again and again, and every address is an endpoint
 * with connections of its own.
 */
import type { Disposer } from '../common/emitter.js';
import { resolveOptions } from '../common/options.js';
import { invalidOptionsError } from '../errors/socket-pool-error.js';
import type { Discovery, DiscoveryListener } from './discovery.js';
import { lookUpHost, lookUpService } from './dns-lookup.js';
import { toAsciiName } from './dns-name.js';
import type { DnsDiscoveryOptions, DnsLookupOptions } from './dns-options.js';
import { dnsDiscoveryOptionTable } from './dns-options.js';
import type { DnsResolver } from './dns-resolver.js';
import { NameServerResolver } from './name-server-resolver.js';
import type { DiscoveryEnvironment } from './polling-discovery.js';
import { PollingDiscovery } from './polling-discovery.js';
import type { LoadEndpoints } from './polling-options.js';
import { checkPolling } from './polling-options.js';
import { systemResolver } from './system-resolver.js';

/** The addresses of a host, or the instances of a service. */
export class DnsDiscovery implements Discovery {
  readonly name: string;
  readonly #polling: PollingDiscovery;

  /** @throws SocketPoolError `INVALID_OPTIONS`, listing every bad one */
  constructor(input: DnsDiscoveryOptions, environment: DiscoveryEnvironment = {}) {
    const problems: string[] = [];
    const options = resolveOptions(dnsDiscoveryOptionTable, input, problems);
    checkPolling(options, problems);
    const { name: given, port, scheme, family, resolver: choice, ...polling } = options;
    const name = toAsciiName(given);
    if (name === undefined && problems.length === 0) problems.push('name: there is none');
    if (name === undefined || problems.length > 0)
      throw invalidOptionsError('a DNS discovery', problems);
    const resolver = resolverOf(choice, port === undefined);
    const question = { name, scheme, family };
    const load: LoadEndpoints = (signal) =>
      port === undefined
        ? lookUpService(resolver, question, signal)
        : lookUpHost(resolver, { ...question, port }, signal);
    this.name = `${port === undefined ? 'srv' : 'dns'} ${name}`;
    this.#polling = new PollingDiscovery({ ...polling, name: this.name, load }, environment);
  }

  watch(listener: DiscoveryListener): Disposer {
    return this.#polling.watch(listener);
  }

  refresh(): void {
    this.#polling.refresh();
  }
}

function resolverOf(choice: DnsLookupOptions['resolver'], isService: boolean): DnsResolver {
  const chosen = choice ?? (isService ? 'dns' : 'system');
  if (typeof chosen === 'object') return chosen;
  return chosen === 'system' ? systemResolver : new NameServerResolver();
}
