import dns from 'node:dns';
import type { LookupAddress } from 'node:dns';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { certificates } from '../../support/certificates.js';
import { BlackHole } from '../../support/black-hole.js';
import { callsOn, labelsOf, openPool, openService, settled } from '../../support/socket-stage.js';

/** A name of this machine, so that the pool leaves it to the dial; both families, IPv6 first. */
const NAME = 'dual.localhost';
const ADDRESSES: readonly LookupAddress[] = [
  { address: '::1', family: 6 },
  { address: '127.0.0.1', family: 4 },
];

/** Who dials a name asks here; one address where only one is wanted. */
function nameBothFamilies(): void {
  vi.spyOn(dns, 'lookup').mockImplementation(((_name: string, options: unknown, done: unknown) => {
    const tell = done as (error: null, ...answer: unknown[]) => void;
    if ((options as { all?: boolean }).all === true) tell(null, ADDRESSES);
    else tell(null, ADDRESSES[0]!.address, ADDRESSES[0]!.family);
  }) as typeof dns.lookup);
}

describe('a name with both families', () => {
  it.each(['tcp', 'tls'])('is reached over %s by the one that answers', async (scheme) => {
    const hole = await BlackHole.open('::1');
    onTestFinished(() => hole.close());
    await openService(`${scheme}://127.0.0.1:${hole.port}`);
    nameBothFamilies();
    const options = {
      endpoints: [`${scheme}://${NAME}:${hole.port}`],
      tlsOptions: scheme === 'tls' ? { ca: certificates().ca, servername: 'localhost' } : undefined,
      connectTimeoutMs: 2_000,
    };
    const pool = openPool({ ...options, link: { attemptTimeoutMs: 50 } });
    const sinks = callsOn(pool, 10);
    await settled(sinks);
    expect(labelsOf(sinks)).toEqual({ complete: 10 });
    const { connects, endpoints } = pool.snapshot();
    expect(connects.attempted).toBe(1);
    expect(endpoints[0]!.connections[0]!.address).toBe(`127.0.0.1:${hole.port}`);

    const plain = openPool({ ...options, connectTimeoutMs: 300, link: { happyEyeballs: false } });
    await expect(plain.ready()).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT' });
  });
});
