import type { TlsOptions } from 'node:tls';
import type { LinkAddress } from '../link/link-address.js';
import { listenerFor } from '../link/listeners.js';
import { systemClock } from '../common/clock.js';
import type { AcceptorParts } from './acceptor-parts.js';
import { Acceptor } from './acceptor.js';

export interface AcceptorSetup extends Pick<
  AcceptorParts,
  'options' | 'handler' | 'hooks' | 'metadata' | 'beacon'
> {
  readonly addresses: readonly LinkAddress[];
  /** For `tls://` addresses. */
  readonly tls: TlsOptions | undefined;
}

/**
 * An acceptor on real sockets. Nothing is opened before it is told to listen.
 *
 * @throws SocketPoolError `INVALID_OPTIONS` when keys or certificates cannot be used
 */
export function createAcceptor({ addresses, tls, ...parts }: AcceptorSetup): Acceptor {
  const listeners = addresses.map((address) => listenerFor(address, parts.options, tls));
  return new Acceptor({ ...parts, listeners, clock: systemClock });
}
