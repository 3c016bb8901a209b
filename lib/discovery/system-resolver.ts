import { lookup } from 'node:dns/promises';
import type { AddressAnswer, DnsResolver, IpFamily, ServiceAnswer } from './dns-resolver.js';
import { isAbsence } from './dns-resolver.js';
import { NameServerResolver } from './name-server-resolver.js';

/**
 * Asks for addresses as every program of the system does: hosts file, search domains and all, the
 * addresses that can be reached first (RFC 6724). Such a question holds one of the few threads of the
 * process until it is answered, and cannot be given up; so whoever asks the same while it is on its way
 * gets the same answer, and one name never holds more than one thread.
 *
 * The system cannot be asked for services; for these the name servers are.
 */
export class SystemResolver implements DnsResolver {
  readonly #asked = new Map<string, Promise<AddressAnswer>>();
  readonly #nameServers = new NameServerResolver();

  addresses(name: string, family: IpFamily): Promise<AddressAnswer> {
    const key = `${family} ${name}`;
    const asked = this.#asked.get(key);
    if (asked !== undefined) return asked;
    const answer = lookUp(name, family).finally(() => this.#asked.delete(key));
    this.#asked.set(key, answer);
    return answer;
  }

  services(name: string, signal: AbortSignal): Promise<ServiceAnswer> {
    return this.#nameServers.services(name, signal);
  }
}

async function lookUp(name: string, family: IpFamily): Promise<AddressAnswer> {
  try {
    const found = await lookup(name, { all: true, family });
    return {
      addresses: found.map((each) => ({
        address: each.address,
        family: each.family === 6 ? 6 : 4,
      })),
    };
  } catch (error) {
    if (isAbsence(error)) return { addresses: [], reason: error };
    throw error;
  }
}

/** One for the process, so that all its pools together ask for a name once at a time. */
export const systemResolver: DnsResolver = new SystemResolver();
