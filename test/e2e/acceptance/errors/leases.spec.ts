import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Lease } from '../../../../lib/pool/exclusive/lease.js';
import { createExclusivePool } from '../../../../lib/pool/exclusive/create-exclusive-pool.js';
import { checkFailure } from '../support/failure.js';

/** A lease of a link to a server that says nothing. */
async function takeLease(): Promise<Lease<unknown>> {
  const server = createServer((socket) => socket.on('error', () => undefined).resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const pool = createExclusivePool({ name: 'legacy', endpoints: [`tcp://127.0.0.1:${port}`] });
  onTestFinished(async () => {
    await pool.close();
    server.close();
  });
  return pool.acquire();
}

function errorOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('it should have failed');
}

describe('LEASE_ENDED', () => {
  it.each(['release', 'destroy'] as const)(
    'says that the link is no longer theirs, after %s()',
    async (end) => {
      const lease = await takeLease();
      expect(lease.resource).toBeDefined();
      await lease[end]();
      checkFailure(
        errorOf(() => lease.resource),
        {
          code: 'LEASE_ENDED',
          processed: 'no',
          retryable: false,
          message: /the lease of a link to tcp:\/\/127\.0\.0\.1:\d+ has ended/,
        },
      );
    },
  );
});
