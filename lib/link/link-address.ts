import { Buffer } from 'node:buffer';
import { isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { printValue } from '../common/options.js';

/** A host and a port; `host` is a name in ASCII or an IP address, IPv6 without brackets. */
export interface TcpAddress {
  readonly kind: 'tcp' | 'tls';
  readonly host: string;
  /** 1–65535; 0, for listeners only, lets the system choose. */
  readonly port: number;
}

export interface UnixAddress {
  readonly kind: 'unix';
  /** Absolute, at most 107 bytes. */
  readonly path: string;
}

/** Where a link goes to or comes in. */
export type LinkAddress = TcpAddress | UnixAddress;

/** What an address is for: only a listener may leave the port to the system. */
export type LinkAddressUse = 'dial' | 'listen';

/** `sun_path` holds 108 bytes with its terminator; Node 20 cuts longer paths without a word. */
export const MAX_UNIX_PATH_BYTES = 107;

const FORMS = 'tcp://host:port, tls://host:port or unix:/path';
const HOST_AND_PORT = /^(tcp|tls):\/\/(?:\[([^\]]*)\]|([^:/?#@[\]]*)):([0-9]{1,5})$/;
const NOT_ASCII = /[\u0080-\u{10ffff}]/u;
const HOST_NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9_.])?$/;

/**
 * Reads `tcp://host:port`, `tls://host:port`, `unix:/path` or `unix:///path`; IPv6 in brackets.
 * Nothing has a default: an address says all of it.
 *
 * @returns the address, or the problem with it as a sentence for an options table
 */
export function parseLinkAddress(
  text: unknown,
  use: LinkAddressUse = 'dial',
): LinkAddress | string {
  if (typeof text !== 'string') return `${printValue(text)} is not an address such as ${FORMS}`;
  return text.startsWith('unix:') ? parseUnixAddress(text) : parseHostAndPort(text, use);
}

function parseHostAndPort(text: string, use: LinkAddressUse): TcpAddress | string {
  const match = HOST_AND_PORT.exec(text);
  if (match === null) return `${printValue(text)} is not an address such as ${FORMS}`;
  const [, kind, bracketed, plain, digits] = match;
  const host = bracketed ?? asciiHost(plain ?? '');
  const isHost = bracketed === undefined ? HOST_NAME.test(host) : isIPv6(host);
  if (!isHost) return `${printValue(text)} has no usable host (write an IPv6 address in brackets)`;
  const port = Number(digits);
  const minPort = use === 'listen' ? 0 : 1;
  if (port < minPort || port > 65_535) {
    return `${printValue(text)} has port ${port}, which is not from ${minPort} to 65535`;
  }
  return { kind: kind as 'tcp' | 'tls', host, port };
}

/** `bücher.example` is `xn--bcher-kva.example` to everybody who is asked for it. */
function asciiHost(host: string): string {
  return NOT_ASCII.test(host) && !/\s/.test(host) ? domainToASCII(host) : host;
}

function parseUnixAddress(text: string): UnixAddress | string {
  const rest = text.slice('unix:'.length);
  const path = rest.startsWith('///') ? rest.slice(2) : rest;
  if (!path.startsWith('/') || path.startsWith('//') || path.endsWith('/') || path.includes('\0')) {
    return `${printValue(text)} is not unix: with the absolute path of a socket (unix:/run/x.sock)`;
  }
  const bytes = Buffer.byteLength(path);
  if (bytes > MAX_UNIX_PATH_BYTES) {
    return `${printValue(text)} has a path of ${bytes} bytes; a unix socket's path holds at most ${MAX_UNIX_PATH_BYTES}`;
  }
  return { kind: 'unix', path };
}

/** The opposite of {@link parseLinkAddress}: `tcp://[::1]:4000`, `unix:/run/x.sock`. */
export function formatLinkAddress(address: LinkAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  return `${address.kind}://${formatHostAndPort(address.host, address.port)}`;
}

/** `10.0.0.7:4000`, `[::1]:4000`. */
export function formatHostAndPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
