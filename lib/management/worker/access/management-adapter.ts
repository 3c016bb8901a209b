import { StreamableFile } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { TlsFiles } from '../../management.contract.js';
import type { Middleware } from './gate.js';
import { HTTP_LIMITS, HTTPS_LIMITS, limitConnections } from './http-limits.js';
import type { Redactor } from './redactor.js';

export interface ManagementAdapterParts {
  readonly gate: Middleware;
  readonly redactor: Redactor;
  readonly tls: TlsFiles | undefined;
}

/** Express behind the gate, on a server with narrow limits, and every answer through the redactor. */
export class ManagementAdapter extends ExpressAdapter {
  constructor(private readonly parts: ManagementAdapterParts) {
    super();
    this.disable('x-powered-by');
    this.disable('etag');
    this.set('query parser', 'simple');
    this.use(parts.gate);
  }

  /** @throws Error when the certificate or key cannot be read or used */
  override initHttpServer(): void {
    const server = this.createServer();
    limitConnections(server);
    this.setHttpServer(server);
  }

  /** Without waiting for pages that listen to the feed. */
  override close(): Promise<unknown> | undefined {
    const closed = super.close();
    this.httpServer.closeAllConnections();
    return closed;
  }

  override reply(response: ServerResponse, body: unknown, statusCode?: number): unknown {
    if (
      typeof body !== 'object' ||
      body === null ||
      body instanceof StreamableFile ||
      body instanceof Error
    )
      return super.reply(response, body, statusCode) as unknown;
    if (statusCode !== undefined) response.statusCode = statusCode;
    if (response.getHeader('Content-Type') === undefined)
      response.setHeader('Content-Type', 'application/json; charset=utf-8');
    return response.end(this.parts.redactor.redact(JSON.stringify(body)));
  }

  private createServer(): Server | SecureServer {
    const { tls } = this.parts;
    const listener = this.getInstance<(...args: unknown[]) => void>();
    if (tls === undefined) return createServer(HTTP_LIMITS, listener);
    const files = { cert: readFileSync(tls.cert), key: readFileSync(tls.key) };
    return createSecureServer({ ...HTTPS_LIMITS, ...files }, listener);
  }
}
