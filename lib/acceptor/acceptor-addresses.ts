import { printValue } from '../common/options.js';
import type { LinkAddress } from '../link/link-address.js';
import { formatLinkAddress, parseLinkAddress } from '../link/link-address.js';

/**
 * Reads the addresses that an acceptor is to listen at. What is wrong with them is added to `problems`.
 *
 * @param hasTls keys and certificates are there
 */
export function readListenAddresses(
  texts: readonly unknown[],
  hasTls: boolean,
  problems: string[],
): LinkAddress[] {
  const addresses: LinkAddress[] = [];
  if (texts.length === 0) problems.push('listen: there is no address in it');
  for (const text of texts) {
    const address = parseLinkAddress(text, 'listen');
    if (typeof address === 'string') problems.push(`listen: ${address}`);
    else addresses.push(address);
  }
  const fixed = addresses.filter((address) => address.kind === 'unix' || address.port !== 0);
  if (new Set(fixed.map(formatLinkAddress)).size !== fixed.length)
    problems.push(`listen: an address is given twice in ${printValue(texts.join(', '))}`);
  checkTls(addresses, hasTls, problems);
  return addresses;
}

function checkTls(addresses: readonly LinkAddress[], hasTls: boolean, problems: string[]): void {
  const tls = addresses.find(({ kind }) => kind === 'tls');
  if (tls !== undefined && !hasTls)
    problems.push(`tlsOptions: needed for ${formatLinkAddress(tls)}, at least key and cert`);
  if (tls === undefined && hasTls && addresses.length > 0)
    problems.push('tlsOptions: given, but no address of listen begins with tls://');
}
