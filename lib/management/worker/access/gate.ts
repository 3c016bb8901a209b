import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WorkerOptions } from '../../management.contract.js';
import { ALLOWED_METHODS, type AccessPolicy } from './access-policy.js';
import { factsOf } from './request-facts.js';
import { allowOrigin, answerPreflight, setSecurityHeaders } from './security-headers.js';
import type { AccessLevel } from './token-check.js';

const levels = new WeakMap<IncomingMessage, AccessLevel>();

/** What the asker may see; only requests that came through the gate may see anything. */
export function accessLevelOf(request: IncomingMessage): AccessLevel {
  return levels.get(request) ?? 'open';
}

export type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: () => void,
) => void;

/** Stands before everything else: before the router, the parser of bodies, and files. */
export function gateOf(policy: AccessPolicy, isolation: WorkerOptions['isolation']): Middleware {
  return (request, response, next) => {
    setSecurityHeaders(response);
    response.setHeader('X-Management-Isolation', isolation);
    const verdict = policy.judge(factsOf(request));
    if (verdict.kind === 'refuse') {
      refuse(response, verdict.status, verdict.message);
      return;
    }
    if (verdict.crossOrigin !== undefined) allowOrigin(response, verdict.crossOrigin);
    if (verdict.kind === 'preflight') {
      answerPreflight(response);
      return;
    }
    levels.set(request, verdict.level);
    next();
  };
}

/** The rest of the request, a body for example, is not wanted: the connection ends. */
function refuse(response: ServerResponse, status: number, message: string): void {
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="management"');
  if (status === 405) response.setHeader('Allow', ALLOWED_METHODS);
  response.setHeader('Connection', 'close');
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.statusCode = status;
  response.end(JSON.stringify({ statusCode: status, message }));
}
