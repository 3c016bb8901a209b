import type { OptionsInput } from '../common/options.js';
import { resolveOptions, switchableGroup } from '../common/options.js';
import { invalidOptionsError } from '../errors/socket-pool-error.js';
import { SocketPool } from '../pool/socket-pool.js';
import type { ClientSetup, SocketPoolClientOptions } from './client-options.js';
import { resolveClientOptions } from './client-options.js';
import type { InheritOptions } from './inheritance.js';
import { inheritOptionTable } from './inheritance.js';

/** A client on a pool that somebody else made, and closes. */
export interface SharedPoolOptions {
  readonly pool: SocketPool;
  /** What calls take over that are made inside a handler; `false` for nothing. */
  readonly inherit?: OptionsInput<typeof inheritOptionTable> | false;
}

/** Where the pool of a client comes from: made by the client, or by somebody else. */
export type PoolOrigin =
  { readonly setup: ClientSetup } | { readonly shared: SocketPool; readonly inherit: Inherit };

type Inherit = InheritOptions | false;

const sharedOptionTable = { inherit: switchableGroup(inheritOptionTable, '') };

/** @throws SocketPoolError `INVALID_OPTIONS` that lists every problem */
export function poolOriginOf(options: SocketPoolClientOptions | SharedPoolOptions): PoolOrigin {
  if (!(options?.pool instanceof SocketPool)) {
    return { setup: resolveClientOptions(options) };
  }
  const problems: string[] = [];
  const others = Object.keys(options).filter((name) => name !== 'pool' && name !== 'inherit');
  if (others.length > 0) {
    problems.push(
      `${others.join(', ')}: they belong to the pool that is given, which was made with its own options`,
    );
  }
  const { inherit } = resolveOptions(sharedOptionTable, { inherit: options.inherit }, problems);
  if (problems.length > 0) throw invalidOptionsError('SocketPoolClient', problems);
  return { shared: options.pool, inherit };
}

/** What the calls of a client inherit. */
export function inheritOf(origin: PoolOrigin): Inherit {
  return 'setup' in origin ? origin.setup.inherit : origin.inherit;
}
