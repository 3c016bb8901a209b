import { invalidOptionsError } from '../errors/socket-pool-error.js';
import type { EventSource, ManagedPool } from './managed-service.js';
import type { PoolSizing } from './management.contract.js';

/** An exclusive pool, as far as management deals with it. */
export interface ObservedExclusive extends Pick<ManagedPool, 'name' | 'snapshot'> {
  readonly control: Pick<ManagedPool['control'], 'apply'> & {
    /** @throws SocketPoolError `INVALID_OPTIONS` */
    resize(sizing: { readonly minLinks?: number; readonly maxLinks?: number }): void;
  };
  readonly on: EventSource;
}

const known = new WeakMap<ObservedExclusive, ManagedPool>();

/** An exclusive pool in the words that management has for all: its links are connections there. Always the same for the same pool. */
export function managedExclusive(pool: ObservedExclusive): ManagedPool {
  const managed = known.get(pool) ?? {
    name: pool.name,
    control: {
      resize: (sizing: PoolSizing) => pool.control.resize(linksOf(pool.name, sizing)),
      apply: pool.control.apply.bind(pool.control),
    },
    snapshot: () => pool.snapshot(),
    on: (name, listener) => pool.on(name, listener),
  };
  known.set(pool, managed);
  return managed;
}

function linksOf(
  pool: string,
  { minConnections: minLinks, maxConnections: maxLinks, ...watermarks }: PoolSizing,
): { minLinks?: number; maxLinks?: number } {
  const problems = Object.entries(watermarks)
    .filter(([, value]) => value !== undefined)
    .map(
      ([name]) => `${name}: an exclusive pool has no watermarks, one lease is all a link carries`,
    );
  if (problems.length > 0) throw invalidOptionsError(`the exclusive pool ${pool}`, problems);
  return {
    ...(minLinks !== undefined && { minLinks }),
    ...(maxLinks !== undefined && { maxLinks }),
  };
}
