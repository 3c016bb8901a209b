import type { ConnectionOptions, TlsOptions } from 'node:tls';
import { resolveOptions } from '../../lib/common/options.js';
import type { Link, Listener } from '../../lib/link/link.js';
import { dialerFor } from '../../lib/link/dialers.js';
import { parseLinkAddress } from '../../lib/link/link-address.js';
import type { LinkAddress, LinkAddressUse } from '../../lib/link/link-address.js';
import type { DialerOptions, ListenerOptions } from '../../lib/link/link-options.js';
import { DIALER_OPTIONS, LISTENER_OPTIONS } from '../../lib/link/link-options.js';
import { listenerFor } from '../../lib/link/listeners.js';
import { until } from './until.js';

export interface TlsEnds {
  readonly server?: TlsOptions;
  readonly client?: ConnectionOptions;
}

export function dialerOptions(input: Partial<DialerOptions> = {}): DialerOptions {
  return resolveOptions(DIALER_OPTIONS, input, []);
}

export function listenerOptions(input: Partial<ListenerOptions> = {}): ListenerOptions {
  return resolveOptions(LISTENER_OPTIONS, input, []);
}

export function addressOf(text: string, use: LinkAddressUse = 'listen'): LinkAddress {
  const address = parseLinkAddress(text, use);
  if (typeof address === 'string') throw new Error(address);
  return address;
}

/** Both ends of a real connection; not started. */
export class SocketLinkPair {
  private constructor(
    readonly client: Link,
    readonly server: Link,
    readonly listener: Listener,
  ) {}

  /** @param address where to listen, such as `tcp://127.0.0.1:0` */
  static async open(address: string, tls: TlsEnds = {}): Promise<SocketLinkPair> {
    const listener = listenerFor(addressOf(address), listenerOptions(), tls.server);
    const accepted: Link[] = [];
    await listener.listen({ onLink: (link) => accepted.push(link), onError: () => undefined });
    const target = addressOf(listener.address, 'dial');
    const dialer = dialerFor(target, dialerOptions(), tls.client);
    const client = await dialer.dial(new AbortController().signal);
    await until(() => accepted.length === 1, 'the link was accepted');
    return new SocketLinkPair(client, accepted[0]!, listener);
  }

  async close(): Promise<void> {
    this.client.destroy();
    this.server.destroy();
    await this.listener.close();
  }
}
