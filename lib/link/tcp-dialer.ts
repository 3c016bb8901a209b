import { connect } from 'node:net';
import type { Dialer, Link } from './link.js';
import type { TcpAddress } from './link-address.js';
import { formatLinkAddress } from './link-address.js';
import type { DialerOptions } from './link-options.js';
import { familyChoice } from './family-choice.js';
import { dialSocket } from './socket-dial.js';

export class TcpDialer implements Dialer {
  readonly address: string;
  readonly #target: TcpAddress;
  readonly #options: DialerOptions;

  constructor(target: TcpAddress, options: DialerOptions) {
    this.address = formatLinkAddress(target);
    this.#target = target;
    this.#options = options;
  }

  dial(signal: AbortSignal): Promise<Link> {
    const { host, port } = this.#target;
    return dialSocket(
      {
        address: this.address,
        link: this.#options,
        readyEvent: 'connect',
        open: () => connect({ host, port, ...familyChoice(this.#options) }),
      },
      signal,
    );
  }
}
