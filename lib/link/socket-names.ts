import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { formatHostAndPort } from './link-address.js';

const MAPPED_IPV4 = '::ffff:';

/** The peer's address without the port; empty for unix sockets and for peers that are gone. */
export function remoteHostOf(socket: Socket): string {
  return plainHost(socket.remoteAddress);
}

/** `10.0.0.7:50000`; `unknown` for a peer that is gone. */
export function remoteNameOf(socket: Socket): string {
  return nameOf(socket.remoteAddress, socket.remotePort);
}

export function localNameOf(socket: Socket): string {
  return nameOf(socket.localAddress, socket.localPort);
}

/** The common name in the peer's certificate, if that was verified. */
export function verifiedNameOf(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const subject = socket.getPeerCertificate()?.subject as Record<string, unknown> | undefined;
  const name = Array.isArray(subject?.CN) ? (subject.CN as unknown[])[0] : subject?.CN;
  return typeof name === 'string' ? name : undefined;
}

function nameOf(host: string | undefined, port: number | undefined): string {
  return port === undefined ? 'unknown' : formatHostAndPort(plainHost(host), port);
}

/** IPv4 peers of a dual-stack listener go by their IPv4 address. */
function plainHost(host = ''): string {
  return host.startsWith(MAPPED_IPV4) ? host.slice(MAPPED_IPV4.length) : host;
}
