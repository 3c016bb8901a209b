/** A round trip through an HTTP server, which must leave the user's code alone. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createNetServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../lib/common/clock.js';
import { makeHttpRoundTrip } from '../../../lib/management/worker/health/http-round-trip.js';
import { certificates } from '../../support/certificates.js';

const TERMS = { timeoutMs: 5_000, clock: systemClock };

async function listen(server: Pick<Server, 'listen' | 'close' | 'address' | 'once'>) {
  server.listen(0, '127.0.0.1');
  await once(server as Server, 'listening');
  onTestFinished(() => void server.close());
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

describe('a round trip through an HTTP server', () => {
  it('is answered by Node, and reaches no handler', async () => {
    let requests = 0;
    const where = await listen(createServer(() => requests++));
    const trip = await makeHttpRoundTrip({ kind: 'tcp', ...where }, TERMS);
    expect(trip).toEqual({ status: 'up', roundTripMs: expect.any(Number) });
    expect(requests).toBe(0);
  });

  it('goes through TLS', async () => {
    const { key, cert } = certificates().server;
    const where = await listen(createTlsServer({ key, cert }));
    expect(await makeHttpRoundTrip({ kind: 'tls', ...where }, TERMS)).toMatchObject({
      status: 'up',
    });
  });

  it('tells who does not answer, and who is not there', async () => {
    const silent = createNetServer();
    const where = await listen(silent as unknown as Server);
    const address = { kind: 'tcp' as const, ...where };
    const late = await makeHttpRoundTrip(address, { ...TERMS, timeoutMs: 50 });
    expect(late).toEqual({ status: 'down', message: 'no answer within 50 ms' });
    silent.close();
    const closed = await makeHttpRoundTrip(address, TERMS);
    expect(closed).toMatchObject({ status: 'down' });
    expect(closed.message).toContain('ECONNREFUSED');
  });
});
