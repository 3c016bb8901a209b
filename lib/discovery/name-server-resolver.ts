import { Resolver } from 'node:dns/promises';
import { custom, resolveOptions } from '../common/options.js';
import { invalidOptionsError, messageOf } from '../errors/socket-pool-error.js';
import type {
  AddressAnswer,
  DnsResolver,
  HostAddress,
  IpFamily,
  ServiceAnswer,
} from './dns-resolver.js';
import { isAbsence } from './dns-resolver.js';

const optionTable = {
  servers: custom<readonly string[] | undefined>({
    default: undefined,
    unit: 'addresses',
    expected: 'an array of IP addresses of name servers, such as 10.0.0.53 or [fd00::53]:5353',
    description: 'The name servers to ask; those of the system by default.',
    accepts: (value) => Array.isArray(value) && value.length > 0,
  }),
};

export interface NameServerResolverOptions {
  /** `10.0.0.53`, `10.0.0.53:5353`, `[fd00::53]:5353`. Default: those of the system. */
  readonly servers?: readonly string[];
}

interface TimedAddresses {
  readonly addresses: readonly HostAddress[];
  readonly ttlMs: number | undefined;
  readonly reason: Error | undefined;
}

/**
 * Asks name servers itself: knows how long answers are good, takes no thread, and can be given up. It
 * knows neither the hosts file nor search domains, so names have to be complete.
 */
export class NameServerResolver implements DnsResolver {
  readonly #servers: readonly string[] | undefined;

  /** @throws SocketPoolError `INVALID_OPTIONS` for what is not the address of a name server */
  constructor(input: NameServerResolverOptions = {}) {
    const problems: string[] = [];
    const { servers } = resolveOptions(optionTable, input, problems);
    this.#servers = servers;
    try {
      if (problems.length === 0) this.#resolver();
    } catch (error) {
      problems.push(`servers: ${messageOf(error)}`);
    }
    if (problems.length > 0) throw invalidOptionsError('a name server resolver', problems);
  }

  async addresses(name: string, family: IpFamily, signal: AbortSignal): Promise<AddressAnswer> {
    const families = family === 0 ? ([4, 6] as const) : [family];
    const answers = await Promise.all(families.map((each) => this.#ofFamily(name, each, signal)));
    const ttls = answers.map((each) => each.ttlMs).filter((each) => each !== undefined);
    return {
      addresses: answers.flatMap((each) => each.addresses),
      ttlMs: ttls.length === 0 ? undefined : Math.min(...ttls),
      reason: answers.find((each) => each.reason !== undefined)?.reason,
    };
  }

  async services(name: string, signal: AbortSignal): Promise<ServiceAnswer> {
    try {
      return { records: await this.#ask(signal, (resolver) => resolver.resolveSrv(name)) };
    } catch (error) {
      if (isAbsence(error)) return { records: [], reason: error };
      throw error;
    }
  }

  async #ofFamily(name: string, family: 4 | 6, signal: AbortSignal): Promise<TimedAddresses> {
    try {
      const found = await this.#ask(signal, (resolver) =>
        family === 4
          ? resolver.resolve4(name, { ttl: true })
          : resolver.resolve6(name, { ttl: true }),
      );
      const addresses = found.map(({ address }) => ({ address, family }));
      return {
        addresses,
        ttlMs: Math.min(...found.map((each) => each.ttl)) * 1_000,
        reason: undefined,
      };
    } catch (error) {
      if (isAbsence(error)) return { addresses: [], ttlMs: undefined, reason: error };
      throw error;
    }
  }

  /** A resolver of its own for each question: giving one up gives up all that a resolver was asked. */
  async #ask<Answer>(
    signal: AbortSignal,
    question: (resolver: Resolver) => Promise<Answer>,
  ): Promise<Answer> {
    const resolver = this.#resolver();
    const onAbort = (): void => resolver.cancel();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await question(resolver);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #resolver(): Resolver {
    const resolver = new Resolver();
    if (this.#servers !== undefined) resolver.setServers(this.#servers);
    return resolver;
  }
}
