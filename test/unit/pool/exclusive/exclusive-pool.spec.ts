import { describe, expect, it } from 'vitest';
import type { SocketPoolError } from '../../../../lib/errors/socket-pool-error.js';
import type { Lease } from '../../../../lib/pool/exclusive/lease.js';
import type { Session } from '../../../support/exclusive-stage.js';
import { ExclusiveStage } from '../../../support/exclusive-stage.js';

const numberOf = (lease: Lease<Session>): number => lease.resource.number;

describe('an exclusive pool', () => {
  it('opens the minimum in the background, and nothing before it is started', async () => {
    const stage = new ExclusiveStage({ links: { minLinks: 3 } });
    await stage.advance(100);
    expect(stage.network.dials).toBe(0);
    stage.pool.start();
    await stage.settle();
    expect([stage.openPairs.length, stage.pool.state]).toEqual([3, 'ready']);
  });

  it('gives a link to one user at a time, and to the next when it is returned', async () => {
    const stage = new ExclusiveStage({ links: { maxLinks: 1 } });
    const first = await stage.lease();
    const second = stage.pool.acquire();
    await stage.advance(1_000);
    expect([stage.leases.leased, stage.snapshot.waiters]).toEqual([1, 1]);
    await first.release();
    expect(numberOf(await second)).toBe(1);
    expect(stage.network.dials).toBe(1);
  });

  it('serves those that wait in the order in which they came', async () => {
    const stage = new ExclusiveStage({ links: { maxLinks: 2 } });
    const held = await stage.leaseMany(2);
    const served: string[] = [];
    for (const name of ['a', 'b', 'c'])
      void stage.pool.acquire().then((lease) => {
        served.push(name);
        return lease.release();
      });
    await held[1]!.release();
    await stage.settle();
    expect(served).toEqual(['a', 'b', 'c']);
  });

  it('opens links as they are asked for, up to the maximum', async () => {
    const stage = new ExclusiveStage({ links: { minLinks: 0, maxLinks: 4 } });
    const asked = Array.from({ length: 9 }, () => stage.pool.acquire());
    await stage.advance(10);
    expect([stage.openPairs.length, stage.leases.leased, stage.snapshot.waiters]).toEqual([
      4, 4, 5,
    ]);
    for (const each of asked) await each.then((lease) => lease.release());
    expect(stage.leases).toMatchObject({ leased: 0, idle: 4 });
  });

  it('says with all numbers why there was no link in time', async () => {
    const stage = new ExclusiveStage({ links: { maxLinks: 2 } });
    await stage.leaseMany(2);
    const fate = stage.pool.acquire().catch((error: SocketPoolError) => error);
    void stage.fate(stage.pool.acquire({ timeoutMs: 9_000 }));
    await stage.advance(5_000);
    expect(await fate).toMatchObject({
      code: 'ACQUIRE_TIMEOUT',
      processed: 'no',
      message: 'no link to legacy at tcp://a:1 within 5000 ms: 2 of 2 leased, 2 waiting',
    });
  });

  it('lets each decide how long to wait', async () => {
    const stage = new ExclusiveStage({ links: { maxLinks: 1 } });
    await stage.lease();
    const short = stage.fate(stage.pool.acquire({ timeoutMs: 50 }));
    const bad = stage.fate(stage.pool.acquire({ timeoutMs: 0 }));
    await stage.advance(60);
    expect([await short, await bad]).toEqual(['ACQUIRE_TIMEOUT', 'INVALID_OPTIONS']);
  });

  it('bounds the number of those that wait', async () => {
    const stage = new ExclusiveStage({ maxWaiters: 1, links: { maxLinks: 1 } });
    await stage.lease();
    void stage.fate(stage.pool.acquire());
    const refused = await stage.pool.acquire().catch((error: SocketPoolError) => error);
    expect(refused).toMatchObject({
      code: 'WAITERS_FULL',
      message: 'no link to legacy at tcp://a:1: 1 of 1 leased, 1 of 1 waiting',
    });
  });

  it('forgets who gives up waiting, and passes the link on', async () => {
    const stage = new ExclusiveStage({ links: { maxLinks: 1 } });
    const held = await stage.lease();
    const abort = new AbortController();
    const aborted = stage.fate(stage.pool.acquire({ signal: abort.signal }));
    const next = stage.pool.acquire();
    abort.abort();
    expect(await aborted).toBe('CANCELLED');
    expect(await stage.fate(stage.pool.acquire({ signal: abort.signal }))).toBe('CANCELLED');
    await held.release();
    expect(numberOf(await next)).toBe(1);
    expect(stage.snapshot.calls).toMatchObject({ started: 3, cancelled: 1, succeeded: 1 });
  });

  it.each([
    ['lifo', 3],
    ['fifo', 1],
  ] as const)('leases idle links %s', async (idleOrder, expected) => {
    const stage = new ExclusiveStage({ links: { idleOrder } });
    for (const lease of await stage.leaseMany(3)) await lease.release();
    expect(numberOf(await stage.lease())).toBe(expected);
  });

  it('has the lease of an object that is of no use once it is returned', async () => {
    const stage = new ExclusiveStage();
    const lease = await stage.lease();
    await lease.release();
    await lease.release();
    lease.destroy();
    expect(() => lease.resource).toThrow(/has ended/);
    expect([lease.isEnded, stage.leases.idle]).toEqual([true, 1]);
  });

  it('closes a link whose lease is destroyed, and opens another for those that wait', async () => {
    const stage = new ExclusiveStage({ links: { maxLinks: 1 } });
    const held = await stage.lease();
    const next = stage.pool.acquire();
    held.destroy();
    await stage.settle();
    expect([numberOf(await next), stage.openPairs.length]).toEqual([2, 1]);
    expect(stage.resource.calls).toContain('destroy 1');
  });

  it('releases at the end of a block', async () => {
    const stage = new ExclusiveStage();
    stage.pool.start();
    await stage.settle();
    {
      await using lease = await stage.pool.acquire();
      expect([numberOf(lease), stage.leases.leased]).toEqual([1, 1]);
    }
    expect(stage.leases.leased).toBe(0);
  });

  it('spreads leases over endpoints, the least leased first', async () => {
    const stage = new ExclusiveStage(
      { links: { minLinks: 0 } },
      { services: ['tcp://a:1', 'tcp://b:1'] },
    );
    await stage.leaseMany(6);
    expect([stage.endpoint(0).inFlight, stage.endpoint(1).inFlight]).toEqual([3, 3]);
  });
});

describe('using a link for as long as a function runs', () => {
  it('returns the link after it', async () => {
    const stage = new ExclusiveStage();
    const used = stage.pool.use(({ number }) => Promise.resolve(number));
    await stage.settle();
    expect([await used, stage.leases.idle]).toEqual([1, 1]);
  });

  it('closes the link when it fails, but not after failures that are in order', async () => {
    const stage = new ExclusiveStage();
    stage.pool.start();
    await stage.settle();
    const fail = (): Promise<never> => Promise.reject(new Error('refused'));
    await stage.fate(stage.pool.use(fail, { keepAfter: () => true }));
    expect(stage.leases.idle).toBe(1);
    await stage.fate(stage.pool.use(fail));
    expect(stage.leases.idle).toBe(0);
  });
});

describe('a closing exclusive pool', () => {
  it('serves those that wait, waits for leases, and takes no new ones', async () => {
    const stage = new ExclusiveStage({ links: { maxLinks: 1 } });
    const held = await stage.lease();
    const waiting = stage.pool.acquire();
    const closed = stage.pool.close();
    expect(await stage.fate(stage.pool.acquire())).toBe('POOL_CLOSED');
    await held.release();
    await (await waiting).release();
    await stage.settle();
    await closed;
    expect([stage.pool.state, stage.openPairs.length, stage.clock.timerCount]).toEqual([
      'closed',
      0,
      0,
    ]);
  });

  it('closes what is not returned in time', async () => {
    const stage = new ExclusiveStage({ drainTimeoutMs: 500, links: { maxLinks: 1 } });
    const held = await stage.lease();
    const waiting = stage.fate(stage.pool.acquire());
    const closed = stage.pool.close();
    await stage.advance(500);
    await closed;
    expect([await waiting, held.isBroken, stage.openPairs.length]).toEqual([
      'POOL_CLOSED',
      true,
      0,
    ]);
    await held.release();
    expect(stage.clock.timerCount).toBe(0);
  });

  it('can be closed before it was started, at once, and by the end of a block', async () => {
    const stage = new ExclusiveStage();
    stage.pool.destroy();
    await stage.pool[Symbol.asyncDispose]();
    expect([stage.pool.state, stage.clock.timerCount]).toEqual(['closed', 0]);
  });
});
