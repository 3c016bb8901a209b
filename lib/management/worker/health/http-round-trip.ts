import type { ClientRequest, RequestOptions } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Clock } from '../../../common/clock.js';
import { messageOf } from '../../../errors/socket-pool-error.js';
import { formatLinkAddress, type LinkAddress } from '../../../link/link-address.js';
import type { RoundTrip } from './round-trip.js';

/**
 * Node answers a request that expects what it does not know with 417, by itself (RFC 9110, 10.1.1): so the
 * request goes through the event loop of the service and its HTTP server, and reaches no middleware, no
 * route and no log of the user's.
 */
const HEADERS = { expect: 'management-probe', connection: 'close' };

/**
 * Goes through the HTTP server of the service as a client does. Any answer will do. Rejects never, and takes
 * no longer than `timeoutMs`.
 */
export function makeHttpRoundTrip(
  address: LinkAddress,
  { timeoutMs, clock }: { readonly timeoutMs: number; readonly clock: Clock },
): Promise<RoundTrip> {
  const startedAt = clock.now();
  return new Promise((resolve) => {
    const request = requestTo(address);
    const settle = (roundTrip: RoundTrip): void => {
      timer.cancel();
      request.destroy();
      resolve(roundTrip);
    };
    const timer = clock.schedule(
      timeoutMs,
      () => settle({ status: 'down', message: `no answer within ${timeoutMs} ms` }),
      true,
    );
    request.once('response', () =>
      settle({ status: 'up', roundTripMs: Math.round((clock.now() - startedAt) * 10) / 10 }),
    );
    request.on('error', (error) =>
      settle({ status: 'down', message: `${formatLinkAddress(address)}: ${messageOf(error)}` }),
    );
    request.end();
  });
}

function requestTo(address: LinkAddress): ClientRequest {
  const where: RequestOptions =
    address.kind === 'unix'
      ? { socketPath: address.path }
      : { host: address.host, port: address.port };
  const options = { ...where, method: 'HEAD', path: '/', headers: HEADERS, agent: false };
  // Whom one reaches at an address of one's own need not be asked who they are.
  return address.kind === 'tls'
    ? httpsRequest({ ...options, rejectUnauthorized: false })
    : httpRequest(options);
}
