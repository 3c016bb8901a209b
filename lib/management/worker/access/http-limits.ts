import type { Server, ServerOptions } from 'node:http';
import type { Server as SecureServer } from 'node:https';

/** For the connections that may be open at once: orchestrators, scrapers, some pages. */
const MAX_CONNECTIONS = 256;
/** The longest a connection may be without any byte; answers that take longer say so. */
const IDLE_MS = 30_000;
const TLS_HANDSHAKE_MS = 5_000;

/**
 * Against clients that are slow on purpose. A request is a few hundred bytes: whoever needs seconds for
 * its headers is no client of this port.
 */
export const HTTP_LIMITS: ServerOptions = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  // How often the two above are looked at; every 30 s by default.
  connectionsCheckingInterval: 500,
  maxHeaderSize: 8 * 1024,
};

export const HTTPS_LIMITS = {
  ...HTTP_LIMITS,
  handshakeTimeout: TLS_HANDSHAKE_MS,
  minVersion: 'TLSv1.2',
} as const;

export const MAX_BODY = '16kb';

export function limitConnections(server: Server | SecureServer): void {
  server.maxConnections = MAX_CONNECTIONS;
  server.maxHeadersCount = 64;
  server.setTimeout(IDLE_MS);
}
