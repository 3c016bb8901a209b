import type { HttpAdapterHost } from '@nestjs/core';
import type { AddressInfo, Server } from 'node:net';
import type { HttpPicture } from './management.contract.js';

/** The HTTP server of the application, in a picture; `null` for an application without one. */
export function httpPicture(
  host: Partial<Pick<HttpAdapterHost, 'httpAdapter'>>,
): HttpPicture | null {
  const server = host.httpAdapter?.getHttpServer() as Partial<Server> | undefined;
  if (typeof server?.address !== 'function') return null;
  const bound = server.address();
  if (bound === null || bound === undefined) return { address: null };
  if (typeof bound === 'string') return { address: `unix:${bound}` };
  return { address: `${isTls(server) ? 'tls' : 'tcp'}://${hostOf(bound)}:${bound.port}` };
}

/** What only a `tls.Server` has. */
function isTls(server: object): boolean {
  return 'setSecureContext' in server;
}

function hostOf({ address }: AddressInfo): string {
  return address.includes(':') ? `[${address}]` : address;
}
