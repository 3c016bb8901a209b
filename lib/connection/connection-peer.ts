import type { Link } from '../link/link.js';
import type { Dialect } from '../protocol/dialect.js';
import type { HelloFrame, Metadata } from '../protocol/frame.js';

/** What is known of the other end of a connection. */
export interface ConnectionPeer {
  /** For people: `10.0.0.7:50000`; the path of a unix socket. */
  readonly address: string;
  /** The address without the port; empty for unix sockets. */
  readonly host: string;
  readonly dialect: Dialect['name'];
  /** TLS with a verified certificate: its subject's common name. */
  readonly peerName: string | undefined;
  /** What it told of itself when the connection was made; `undefined` where the dialect has no hello. */
  readonly metadata: Metadata | undefined;
}

export function peerOf(
  link: Link,
  dialect: Dialect,
  hello: HelloFrame | undefined,
): ConnectionPeer {
  const { remote: address, remoteHost: host, peerName } = link;
  const metadata = hello?.metadata;
  return Object.freeze({ address, host, dialect: dialect.name, peerName, metadata });
}
