import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { parseLinkAddress, type LinkAddress } from '../../../link/link-address.js';

const LOOPBACK = ['127.0.0.1', '::1'];
const ANYWHERE: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/**
 * Where to dial to reach a listener of this machine. Names are not looked up: that takes the thread
 * pool, which the service may have filled. A listener at a name has one of this machine's addresses.
 *
 * @param address of the listener, with the chosen port
 */
export function dialTargets(address: string): readonly LinkAddress[] {
  const parsed = parseLinkAddress(address);
  if (typeof parsed === 'string') return [];
  if (parsed.kind === 'unix') return [parsed];
  return hostsFor(parsed.host).map((host) => ({ ...parsed, host }));
}

function hostsFor(host: string): readonly string[] {
  if (host in ANYWHERE) return [ANYWHERE[host]!];
  if (isIP(host) !== 0) return [host];
  if (host === 'localhost') return LOOPBACK;
  const own = Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.filter(({ scopeid }) => !scopeid).map(({ address }) => address),
  );
  return [...new Set([...own, ...LOOPBACK])];
}
