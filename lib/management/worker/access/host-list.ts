import { isIPv6 } from 'node:net';
import { plainAddress } from './address-list.js';

/** At which address of this machine a request arrived. */
export interface LocalEnd {
  readonly address: string | undefined;
  readonly port: number | undefined;
}

/**
 * The names by which the port may be asked. A page of somebody else's can make its own name point here
 * (DNS rebinding), and is then of the same origin as this port; but its name stands in the `Host` of what it
 * asks. So only names that nobody else can own are answered: `localhost`, the address that was dialed, and
 * those configured. Exactly: with the port, or without any.
 */
export class HostList {
  private readonly names: ReadonlySet<string>;

  constructor(configured: readonly string[]) {
    this.names = new Set(configured.map((name) => name.toLowerCase()));
  }

  includes(host: string, local: LocalEnd): boolean {
    const asked = host.toLowerCase();
    if (this.names.has(asked)) return true;
    const suffix = `:${local.port}`;
    const name = asked.endsWith(suffix) ? asked.slice(0, -suffix.length) : asked;
    return name === 'localhost' || name === nameOf(local.address) || this.names.has(name);
  }
}

function nameOf(address: string | undefined): string {
  const plain = plainAddress(address ?? '');
  return isIPv6(plain) ? `[${plain.toLowerCase()}]` : plain;
}
