import { describe, expect, it } from 'vitest';
import type { SocketPoolError } from '../../../../lib/errors/socket-pool-error.js';
import { ChangingDiscovery } from '../../../support/changing-discovery.js';
import { ExclusiveStage } from '../../../support/exclusive-stage.js';

const reconnect = { initialBackoffMs: 1_000, maxBackoffMs: 4_000, spreadMs: 0 };

describe('where no link can be opened', () => {
  it('attempts are made with growing waits, and those that wait fail after so many', async () => {
    const stage = new ExclusiveStage({ acquireRetries: 1, reconnect });
    stage.network.answers.set('tcp://a:1', 'refuse');
    const fate = stage.pool.acquire().catch((error: SocketPoolError) => error);
    await stage.advance(10);
    expect([stage.network.dials, stage.snapshot.waiters]).toEqual([1, 1]);
    await stage.advance(2_500);
    expect(await fate).toMatchObject({
      code: 'CONNECT_FAILED',
      processed: 'no',
      retryable: true,
      message: expect.stringMatching(
        /0 of 8 links open, last failure: .*REFUSED, 1 waiting/,
      ) as string,
    });
    expect(stage.payloads('connectFailed').map(({ failures }) => failures)).toEqual([1, 2]);
  });

  it('nobody waits with no retries, also between two attempts', async () => {
    const stage = new ExclusiveStage({ acquireRetries: 0, reconnect });
    stage.network.answers.set('tcp://a:1', 'refuse');
    const first = stage.fate(stage.pool.acquire());
    await stage.advance(10);
    expect([await first, await stage.fate(stage.pool.acquire())]).toEqual([
      'CONNECT_FAILED',
      'CONNECT_FAILED',
    ]);
    expect(stage.network.dials).toBe(1);
  });

  it('a waiter is served as soon as there is one', async () => {
    const stage = new ExclusiveStage({ reconnect });
    stage.network.answers.set('tcp://a:1', 'refuse');
    const lease = stage.pool.acquire();
    await stage.advance(100);
    stage.network.answers.delete('tcp://a:1');
    await stage.advance(2_000);
    expect((await lease).endpoint).toBe('tcp://a:1');
  });

  it('another endpoint is used', async () => {
    const stage = new ExclusiveStage({}, { services: ['tcp://a:1', 'tcp://b:1'] });
    stage.network.answers.set('tcp://a:1', 'refuse');
    const leases = await stage.leaseMany(3);
    expect(new Set(leases.map(({ endpoint }) => endpoint))).toEqual(new Set(['tcp://b:1']));
  });

  it('a peer that accepts and a `create` that never ends fail within the connect timeout', async () => {
    const stage = new ExclusiveStage({ connectTimeoutMs: 400, acquireRetries: 0 });
    stage.resource.onCreate = () => new Promise(() => {});
    const fate = stage.fate(stage.pool.acquire());
    await stage.advance(400);
    expect([await fate, stage.openPairs.length]).toEqual(['CONNECT_TIMEOUT', 0]);
  });

  it('a resource that is made too late is destroyed', async () => {
    const stage = new ExclusiveStage({ connectTimeoutMs: 400, links: { minLinks: 0 } });
    let finish = (): void => undefined;
    stage.resource.onCreate = () => new Promise<void>((resolve) => (finish = resolve));
    void stage.fate(stage.pool.acquire({ timeoutMs: 500 }));
    await stage.advance(450);
    finish();
    await stage.settle();
    expect(stage.resource.calls).toEqual(['destroy 1']);
  });

  it('what `create` throws is the reason, and its link is closed', async () => {
    const stage = new ExclusiveStage({ acquireRetries: 0 });
    stage.resource.onCreate = () => Promise.reject(new Error('wrong password'));
    const fate = stage.pool.acquire().catch((error: SocketPoolError) => error);
    await stage.settle();
    expect(await fate).toMatchObject({
      code: 'HANDSHAKE_FAILED',
      message: expect.stringContaining('wrong password') as string,
    });
    expect(stage.openPairs.length).toBe(0);
  });

  it('waiting for the first link opens it, also without a minimum and before endpoints are known', async () => {
    const discovery = new ChangingDiscovery();
    const stage = new ExclusiveStage({ discovery, links: { minLinks: 0 } });
    const ready = stage.pool.ready();
    await stage.settle();
    discovery.report('tcp://a:1');
    await stage.settle();
    await ready;
    expect([stage.openPairs.length, stage.pool.state]).toEqual([1, 'ready']);
  });

  it('waiting for the first link fails with the reason', async () => {
    const stage = new ExclusiveStage();
    stage.network.answers.set('tcp://a:1', 'refuse');
    const fate = stage.fate(stage.pool.ready());
    await stage.settle();
    expect([await fate, stage.pool.state]).toEqual(['CONNECT_FAILED', 'unavailable']);
  });
});

describe('endpoints', () => {
  it('come and go; those gone keep what is leased until it is returned', async () => {
    const discovery = new ChangingDiscovery(['tcp://a:1']);
    const stage = new ExclusiveStage({ discovery }, { services: ['tcp://a:1', 'tcp://b:1'] });
    const lease = await stage.lease();
    discovery.report('tcp://b:1');
    await stage.settle();
    expect([lease.isBroken, (await stage.lease()).endpoint]).toEqual([false, 'tcp://b:1']);
    await lease.release();
    await stage.settle();
    expect(stage.snapshot.endpoints.map(({ address }) => address)).toEqual(['tcp://b:1']);
  });

  it('that are not known fail who waits in time', async () => {
    const stage = new ExclusiveStage({ discovery: new ChangingDiscovery([]) });
    const fate = stage.fate(stage.pool.acquire());
    await stage.advance(5_000);
    expect(await fate).toBe('NO_ENDPOINT');
  });

  it('share a limit of all links together', async () => {
    const stage = new ExclusiveStage(
      { links: { minLinks: 0, maxTotalLinks: 3 } },
      { services: ['tcp://a:1', 'tcp://b:1'] },
    );
    for (let each = 0; each < 5; each++) void stage.fate(stage.pool.acquire());
    await stage.advance(10);
    expect([stage.openPairs.length, stage.snapshot.waiters]).toEqual([3, 2]);
  });
});

describe('at run time', () => {
  it('the number of links is changed, down without cutting a lease', async () => {
    const stage = new ExclusiveStage({ links: { minLinks: 0, maxLinks: 2 } });
    const leases = await stage.leaseMany(2);
    const third = stage.pool.acquire();
    stage.pool.control.resize({ maxLinks: 3 });
    await stage.settle();
    leases.push(await third);
    stage.pool.control.resize({ minLinks: 1, maxLinks: 1 });
    expect(leases.some(({ isBroken }) => isBroken)).toBe(false);
    for (const lease of leases) await lease.release();
    await stage.settle();
    expect([stage.openPairs.length, stage.snapshot.sizing.maxConnections]).toEqual([1, 1]);
    expect(() => stage.pool.control.resize({ minLinks: 5 })).toThrow(/links.minLinks: 5 is more/);
  });

  it('an endpoint is drained, ejected, weighted and readmitted', async () => {
    const stage = new ExclusiveStage({}, { services: ['tcp://a:1', 'tcp://b:1'] });
    const { control } = stage.pool;
    stage.pool.start();
    await stage.settle();
    control.apply('tcp://a:1', 'drain');
    await stage.settle();
    expect(stage.endpoint(0).connections).toEqual([]);
    control.apply('tcp://a:1', 'readmit');
    control.apply('tcp://b:1', 'eject');
    expect((await stage.lease()).endpoint).toBe('tcp://a:1');
    control.apply('tcp://b:1', 'readmit');
    control.apply('tcp://a:1', 'weight', 0);
    expect((await stage.lease()).endpoint).toBe('tcp://b:1');
    expect(() => control.apply('tcp://c:1', 'drain')).toThrow(/has no endpoint/);
    expect(() => control.apply('tcp://a:1', 'weight', -1)).toThrow(/weight/);
  });
});

describe('a lease that nobody returns', () => {
  async function takeAndForget(stage: ExclusiveStage): Promise<void> {
    await stage.lease();
  }

  it('is reported once, with the stack that took it', async () => {
    const stage = new ExclusiveStage({ leakThresholdMs: 5_000 });
    await takeAndForget(stage);
    await stage.advance(4_900);
    expect(stage.payloads('leaseLeaked')).toEqual([]);
    await stage.advance(20_000);
    const [leak, ...others] = stage.payloads('leaseLeaked');
    expect([leak?.endpoint, others]).toEqual(['tcp://a:1', []]);
    expect(leak?.stack).toMatch(/^\s+at .*\n.*takeAndForget/);
    expect(stage.leases).toMatchObject({ overdue: 1, leaked: 1 });
  });

  it('is not looked for where that is switched off', async () => {
    const stage = new ExclusiveStage({ leakThresholdMs: 0 });
    await takeAndForget(stage);
    await stage.advance(600_000);
    expect([stage.payloads('leaseLeaked'), stage.leases.leaked]).toEqual([[], 0]);
  });
});

describe('the options', () => {
  it.each([
    [{ endpoints: [] }, /endpoints: there is none/],
    [{ resource: {} }, /resource: an object is not an object with a function `create`/],
    [{ links: { minLinks: 9 } }, /links.minLinks: 9 is more than links.maxLinks, 8/],
    [{ maxLinks: 3 }, /maxLinks: there is no such option \(did you mean links.maxLinks\?\)/],
    [{ reconnect: { initialBackoffMs: 90_000 } }, /reconnect.initialBackoffMs: 90000 is more/],
    [{ links: { lifetimeMs: 7_200_001 } }, /links.lifetimeMs: 7200001 is not a number/],
  ])('%o are refused', (input, message) => {
    expect(() => new ExclusiveStage(input as never)).toThrow(message);
  });
});
