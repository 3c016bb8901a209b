import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { printValue } from '../common/options.js';

/** A name as `endpoints` may give it: `dns://orders.internal:4000`, `srv+tls://_orders._tcp.internal`. */
export interface DnsName {
  readonly name: string;
  readonly scheme: 'tcp' | 'tls';
  /** Without it the name is that of a service. */
  readonly port: number | undefined;
}

const LABEL = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/;
const NOT_ASCII = /[\u0080-\u{10ffff}]/u;
const MAX_NAME_LENGTH = 253;
const FORM = /^(dns|srv)(\+tls)?:\/\/([^:/?#@[\]]*)(?::([0-9]{1,5}))?$/;
const FORMS = 'dns://name:port, srv://_service._tcp.name, dns+tls://… or srv+tls://…';

/**
 * The name in the letters that name servers know (`bücher.example` is `xn--bcher-kva.example`).
 *
 * @returns `undefined` for what cannot be a name, IP addresses among it
 */
export function toAsciiName(name: unknown): string | undefined {
  if (typeof name !== 'string' || isIP(name) !== 0 || /\s/.test(name)) return undefined;
  const ascii = NOT_ASCII.test(name) ? domainToASCII(name) : name;
  const labels = ascii.replace(/\.$/, '').split('.');
  const isUsable = ascii.length <= MAX_NAME_LENGTH && labels.every((label) => LABEL.test(label));
  return isUsable ? ascii : undefined;
}

/** @returns the name, or the problem with it as a sentence */
export function parseDnsName(text: unknown): DnsName | string {
  const match = typeof text === 'string' ? FORM.exec(text) : null;
  if (match === null) return `${printValue(text)} is not a name such as ${FORMS}`;
  const [, kind, tls, given, digits] = match;
  const name = toAsciiName(given);
  if (name === undefined) return `${printValue(text)} has no usable name`;
  const port = digits === undefined ? undefined : Number(digits);
  if ((kind === 'dns') !== (port !== undefined))
    return `${printValue(text)}: a host (dns://) needs a port, a service (srv://) tells it`;
  if (port !== undefined && (port < 1 || port > 65_535))
    return `${printValue(text)} has port ${port}, which is not from 1 to 65535`;
  return { name, scheme: tls === undefined ? 'tcp' : 'tls', port };
}
