import { invalidOptionsError } from '../errors/socket-pool-error.js';
import { SocketPool } from '../pool/socket-pool.js';
import type { ClientSetup, SocketPoolClientOptions } from './client-options.js';
import { resolveClientOptions } from './client-options.js';

/** A client on a pool that somebody else made, and closes. */
export interface SharedPoolOptions {
  readonly pool: SocketPool;
}

/** Where the pool of a client comes from: made by the client, or by somebody else. */
export type PoolOrigin = { readonly setup: ClientSetup } | { readonly shared: SocketPool };

/** @throws SocketPoolError `INVALID_OPTIONS` that lists every problem */
export function poolOriginOf(options: SocketPoolClientOptions | SharedPoolOptions): PoolOrigin {
  if (!(options?.pool instanceof SocketPool)) {
    return { setup: resolveClientOptions(options) };
  }
  const others = Object.keys(options).filter((name) => name !== 'pool');
  if (others.length === 0) return { shared: options.pool };
  throw invalidOptionsError('SocketPoolClient', [
    `${others.join(', ')}: they belong to the pool that is given, which was made with its own options`,
  ]);
}
