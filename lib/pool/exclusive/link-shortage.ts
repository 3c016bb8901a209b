import type { ErrorCode } from '../../errors/error-codes.js';
import { SocketPoolError } from '../../errors/socket-pool-error.js';
import type { ExclusivePoolOptions } from './exclusive-options.js';
import type { LinkSupply } from './link-supply.js';

const MAX_ADDRESSES = 5;

/** What was there when a link could not be had. */
export interface LinkShortage {
  readonly options: ExclusivePoolOptions;
  readonly supply: LinkSupply<unknown>;
  readonly waiters: number;
  /** How long it was waited, where that was the limit. */
  readonly timeoutMs?: number;
}

/** Says why there was no link, with the numbers that tell what to change. */
export function linkShortageError(code: ErrorCode, shortage: LinkShortage): SocketPoolError {
  const { options, supply, waiters, timeoutMs } = shortage;
  const cause = supply.readyLinks > 0 ? undefined : supply.lastError;
  if (supply.active.length === 0) {
    const text = `no endpoint of ${options.name} is known, ${waiters} waiting`;
    return new SocketPoolError('NO_ENDPOINT', text, { cause });
  }
  const when = timeoutMs === undefined ? '' : ` within ${timeoutMs} ms`;
  const queue =
    code === 'WAITERS_FULL' ? `${waiters} of ${options.maxWaiters} waiting` : `${waiters} waiting`;
  const text = `no link to ${options.name} at ${addressesOf(supply)}${when}: ${reasonOf(supply)}, ${queue}`;
  return new SocketPoolError(code, text, { cause });
}

function addressesOf({ active }: LinkSupply<unknown>): string {
  const addresses = active.slice(0, MAX_ADDRESSES).map((each) => each.endpoint.address);
  if (active.length > MAX_ADDRESSES) addresses.push(`${active.length - MAX_ADDRESSES} more`);
  return addresses.join(', ');
}

function reasonOf({ active, limits, readyLinks, lastError }: LinkSupply<unknown>): string {
  const most = Math.min(active.length * limits.maxLinks, limits.maxTotalLinks);
  const leased = active.reduce((total, each) => total + each.leased, 0);
  if (readyLinks > 0) return `${leased} of ${most} leased`;
  const why = lastError === undefined ? '' : `, last failure: ${lastError.message}`;
  return `0 of ${most} links open${why}`;
}
