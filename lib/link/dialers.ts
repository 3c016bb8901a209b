import type { ConnectionOptions } from 'node:tls';
import type { Dialer } from './link.js';
import type { LinkAddress } from './link-address.js';
import type { DialerOptions } from './link-options.js';
import { TcpDialer } from './tcp-dialer.js';
import { TlsDialer } from './tls-dialer.js';
import { UnixDialer } from './unix-dialer.js';

/**
 * The dialer for an address.
 *
 * @param tls for `tls://` addresses
 * @throws SocketPoolError `INVALID_OPTIONS` when the keys or certificates in `tls` cannot be used
 */
export function dialerFor(
  address: LinkAddress,
  options: DialerOptions,
  tls?: ConnectionOptions,
): Dialer {
  if (address.kind === 'unix') return new UnixDialer(address, options);
  if (address.kind === 'tls') return new TlsDialer(address, options, tls);
  return new TcpDialer(address, options);
}
