import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

/** What of a request decides whether it is answered. */
export interface RequestFacts {
  readonly method: string;
  /** Without the query; not decoded. */
  readonly path: string;
  readonly isSecure: boolean;
  readonly remoteAddress: string | undefined;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  /** One entry for each header of that name. */
  readonly hosts: readonly string[];
  readonly origin: string | undefined;
  readonly authorization: string | undefined;
  /** `same-origin`, `none`, …: sent by browsers only. */
  readonly fetchSite: string | undefined;
  /** `document` when the answer becomes a page of its own. */
  readonly fetchDestination: string | undefined;
}

export function factsOf(request: IncomingMessage): RequestFacts {
  const { headers, headersDistinct, socket, url = '' } = request;
  return {
    method: request.method ?? '',
    path: /^[^?#]*/.exec(url)?.[0] ?? '',
    isSecure: (socket as Partial<TLSSocket>).encrypted === true,
    remoteAddress: socket.remoteAddress,
    localAddress: socket.localAddress,
    localPort: socket.localPort,
    hosts: headersDistinct.host ?? [],
    origin: headers.origin,
    authorization: headers.authorization,
    fetchSite: textOf(headers['sec-fetch-site']),
    fetchDestination: textOf(headers['sec-fetch-dest']),
  };
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header;
}
