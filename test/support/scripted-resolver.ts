import { isIPv6 } from 'node:net';
import type {
  AddressAnswer,
  DnsResolver,
  IpFamily,
  ServiceAnswer,
  ServiceRecord,
} from '../../lib/discovery/dns-resolver.js';

/** A resolver that knows what a test tells it. */
export class ScriptedResolver implements DnsResolver {
  /** Addresses of hosts; what is not here does not exist. */
  readonly hosts = new Map<string, readonly string[]>();
  readonly records = new Map<string, readonly ServiceRecord[]>();
  ttlMs: number | undefined;
  /** How it fails, as long as this is set. */
  failure: Error | undefined;
  /** Does not answer, until the question is given up. */
  isSilent = false;
  /** What it was asked, in order. */
  readonly questions: string[] = [];
  /** How many questions were given up. */
  givenUp = 0;
  mostAtOnce = 0;
  #open = 0;

  async addresses(name: string, family: IpFamily, signal: AbortSignal): Promise<AddressAnswer> {
    await this.#ask(`${name} ${family}`, signal);
    const known = this.hosts.get(name) ?? [];
    const addresses = known
      .map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }) as const)
      .filter((each) => family === 0 || each.family === family);
    const reason = addresses.length === 0 ? new Error(`ENOTFOUND ${name}`) : undefined;
    return { addresses, ttlMs: this.ttlMs, reason };
  }

  async services(name: string, signal: AbortSignal): Promise<ServiceAnswer> {
    await this.#ask(`${name} SRV`, signal);
    return { records: this.records.get(name) ?? [] };
  }

  async #ask(question: string, signal: AbortSignal): Promise<void> {
    this.questions.push(question);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#open);
    try {
      await this.#think(signal);
    } finally {
      this.#open--;
    }
  }

  async #think(signal: AbortSignal): Promise<void> {
    await Promise.resolve();
    if (this.failure !== undefined) throw this.failure;
    if (!this.isSilent) return;
    await new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        this.givenUp++;
        reject(new Error('given up'));
      });
    });
  }
}
