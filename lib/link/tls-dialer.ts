import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { connect, createSecureContext } from 'node:tls';
import { invalidOptionsError, messageOf } from '../errors/socket-pool-error.js';
import type { Dialer, Link } from './link.js';
import type { TcpAddress } from './link-address.js';
import { formatLinkAddress } from './link-address.js';
import type { DialerOptions } from './link-options.js';
import { familyChoice } from './family-choice.js';
import { dialSocket } from './socket-dial.js';

/**
 * The peer's certificate is verified unless `rejectUnauthorized: false` says otherwise.
 *
 * With TLS 1.3 a server judges the client's certificate after the client's handshake is done: a
 * refused certificate shows as a link that is closed at once, not as a failed dial.
 */
export class TlsDialer implements Dialer {
  readonly address: string;
  readonly #options: DialerOptions;
  readonly #connection: ConnectionOptions;

  /** @throws SocketPoolError `INVALID_OPTIONS` when keys or certificates cannot be used */
  constructor(target: TcpAddress, options: DialerOptions, tls: ConnectionOptions = {}) {
    this.address = formatLinkAddress(target);
    this.#options = options;
    const { host, port } = target;
    const given = definedOnly(tls);
    this.#connection = {
      // SNI names hosts only (RFC 6066 §3); the certificate is still checked against an IP address.
      ...(isIP(host) === 0 && { servername: host }),
      ...familyChoice(options),
      ...given,
      secureContext: tls.secureContext ?? this.#secureContext(given),
      host,
      port,
    };
  }

  dial(signal: AbortSignal): Promise<Link> {
    return dialSocket(
      {
        address: this.address,
        link: this.#options,
        readyEvent: 'secureConnect',
        open: () => connect(this.#connection),
      },
      signal,
    );
  }

  /** Made once: a bad key is found at the start, and no dial has to read the certificates again. */
  #secureContext(tls: ConnectionOptions): ReturnType<typeof createSecureContext> {
    try {
      return createSecureContext(tls);
    } catch (error) {
      throw invalidOptionsError(this.address, [`tls: ${messageOf(error)}`]);
    }
  }
}

/** To Node an option that is there but undefined is not the same as one that is not there. */
function definedOnly(tls: ConnectionOptions): ConnectionOptions {
  return Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
}
