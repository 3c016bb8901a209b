import { connect } from 'node:net';
import type { Dialer, Link } from './link.js';
import type { UnixAddress } from './link-address.js';
import { formatLinkAddress } from './link-address.js';
import type { DialerOptions } from './link-options.js';
import { dialSocket } from './socket-dial.js';

export class UnixDialer implements Dialer {
  readonly address: string;
  readonly #path: string;
  readonly #options: DialerOptions;

  constructor(target: UnixAddress, options: DialerOptions) {
    this.address = formatLinkAddress(target);
    this.#path = target.path;
    this.#options = options;
  }

  dial(signal: AbortSignal): Promise<Link> {
    const path = this.#path;
    return dialSocket(
      {
        address: this.address,
        link: { keepAliveMs: this.#options.keepAliveMs, path },
        readyEvent: 'connect',
        open: () => connect({ path }),
      },
      signal,
    );
  }
}
