import type { TlsOptions } from 'node:tls';
import type { Listener } from './link.js';
import type { LinkAddress } from './link-address.js';
import type { ListenerOptions } from './link-options.js';
import { TcpListener } from './tcp-listener.js';
import { TlsListener } from './tls-listener.js';
import { UnixListener } from './unix-listener.js';

/**
 * The listener for an address.
 *
 * @param tls for `tls://` addresses
 * @throws SocketPoolError `INVALID_OPTIONS` when the keys or certificates in `tls` cannot be used
 */
export function listenerFor(
  address: LinkAddress,
  options: ListenerOptions,
  tls: TlsOptions = {},
): Listener {
  if (address.kind === 'unix') return new UnixListener(address, options);
  if (address.kind === 'tls') return new TlsListener(address, options, tls);
  return new TcpListener(address, options);
}
