import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { ExclusiveStage } from '../../../support/exclusive-stage.js';

const never = (): Promise<never> => new Promise(() => {});

/** The causes of all closes so far. */
function causesOf(stage: ExclusiveStage): string[] {
  return stage.payloads('connectionClosed').map(({ reason }) => `${reason.by} ${reason.cause}`);
}

describe('before a link is leased', () => {
  it('is validated when it was idle for a while, and not when it was just used', async () => {
    const stage = new ExclusiveStage({ links: { validateAfterIdleMs: 500 } });
    await (await stage.lease()).release();
    await (await stage.lease()).release();
    expect(stage.resource.calls).not.toContain('validate 1');
    await stage.advance(600);
    await stage.lease();
    expect(stage.resource.calls).toContain('validate 1');
  });

  it.each([
    ['says no', () => false],
    ['fails', () => Promise.reject(new Error('gone'))],
    ['is not done in time', never],
  ])('another is opened when validation %s', async (_what, onValidate) => {
    const stage = new ExclusiveStage({ workTimeoutMs: 200, links: { validateAfterIdleMs: 0 } });
    await (await stage.lease()).release();
    stage.resource.onValidate = ({ number }) => (number === 1 ? onValidate() : true);
    const lease = stage.pool.acquire();
    await stage.advance(250);
    expect((await lease).resource.number).toBe(2);
    expect(causesOf(stage)).toEqual(['us validation']);
  });

  it('the link goes to whoever waits first, also when that is another than it was validated for', async () => {
    const stage = new ExclusiveStage({ links: { maxLinks: 1, validateAfterIdleMs: 0 } });
    await (await stage.lease()).release();
    let finish = (_isGood: boolean): void => undefined;
    stage.resource.onValidate = () => new Promise<boolean>((resolve) => (finish = resolve));
    const abort = new AbortController();
    const first = stage.fate(stage.pool.acquire({ signal: abort.signal }));
    const second = stage.pool.acquire();
    await stage.settle();
    abort.abort();
    finish(true);
    await stage.settle();
    expect([await first, (await second).resource.number]).toEqual(['CANCELLED', 1]);
  });
});

describe('an idle link', () => {
  it('above the minimum is closed after a while', async () => {
    const stage = new ExclusiveStage({
      links: { minLinks: 1, idleTimeoutMs: 5_000, keepAliveIntervalMs: 0 },
    });
    for (const lease of await stage.leaseMany(3)) await lease.release();
    await stage.advance(4_000);
    expect(stage.openPairs.length).toBe(3);
    await stage.advance(2_000);
    expect([stage.openPairs.length, causesOf(stage)]).toEqual([1, ['us idle', 'us idle']]);
  });

  it('is validated again and again, which keeps it alive', async () => {
    const stage = new ExclusiveStage({ links: { keepAliveIntervalMs: 10_000 } });
    stage.pool.start();
    await stage.advance(31_000);
    expect(stage.resource.calls).toEqual(['validate 1', 'validate 1', 'validate 1']);
  });

  it('is replaced in the background when it turns out to be dead', async () => {
    const stage = new ExclusiveStage({ links: { keepAliveIntervalMs: 10_000 } });
    stage.pool.start();
    stage.resource.onValidate = ({ number }) => number > 1;
    await stage.advance(12_000);
    expect([stage.openPairs.length, stage.resource.created]).toEqual([1, 2]);
  });

  it('is closed when bytes arrive that nobody asked for', async () => {
    const stage = new ExclusiveStage();
    await (await stage.lease()).release();
    stage.network.pairs[0]!.server.write(Buffer.from('the answer of before'));
    await stage.settle();
    expect([stage.openPairs.length, causesOf(stage)]).toEqual([0, ['us protocolError']]);
  });

  it('is closed when its last user left bytes unread', async () => {
    const stage = new ExclusiveStage();
    const lease = await stage.lease();
    stage.network.pairs[0]!.server.write(Buffer.from('an answer'));
    await stage.settle();
    await lease.release();
    await stage.settle();
    expect(causesOf(stage)).toEqual(['us protocolError']);
  });

  it('may hear of the server unasked where that is usual', async () => {
    const stage = new ExclusiveStage({ links: { idleData: 'keep' } });
    await (await stage.lease()).release();
    stage.network.pairs[0]!.server.write(Buffer.from('notice'));
    await stage.settle();
    expect(stage.openPairs.length).toBe(1);
  });

  it('that the server closes is replaced, spread over time', async () => {
    const stage = new ExclusiveStage({ reconnect: { spreadMs: 2_000, initialBackoffMs: 100 } });
    stage.pool.start();
    await stage.advance(5_000);
    stage.network.pairs[0]!.server.end();
    await stage.settle();
    expect([stage.pool.state, causesOf(stage)]).toEqual(['unavailable', ['peer ended']]);
    await stage.advance(2_100);
    expect([stage.pool.state, stage.openPairs.length]).toEqual(['ready', 1]);
  });
});

describe('a link that reaches its lifetime', () => {
  const links = { lifetimeMs: 10_000, lifetimeJitterRatio: 0.1, keepAliveIntervalMs: 0 };

  it('is closed after its replacement is there', async () => {
    const stage = new ExclusiveStage({ links });
    stage.pool.start();
    let least = 1;
    for (let second = 0; second < 14; second++) {
      await stage.advance(1_000);
      least = Math.min(least, stage.openPairs.length);
    }
    expect([least, stage.openPairs.length, causesOf(stage)]).toEqual([1, 1, ['us lifetime']]);
  });

  it('is closed when it is returned, if it is leased', async () => {
    const stage = new ExclusiveStage({ links: { ...links, maxLinks: 1 } });
    const lease = await stage.lease();
    await stage.advance(12_000);
    expect([lease.isBroken, stage.openPairs.length]).toEqual([false, 1]);
    await lease.release();
    await stage.settle();
    expect(causesOf(stage)).toEqual(['us lifetime']);
  });

  it('differs from others opened in the same moment', async () => {
    const stage = new ExclusiveStage({ links: { ...links, minLinks: 8 } });
    stage.pool.start();
    await stage.advance(8_900);
    const opened: number[] = [];
    for (let step = 0; step < 3; step++) {
      await stage.advance(1_000);
      opened.push(stage.resource.created);
    }
    expect(new Set(opened).size).toBeGreaterThan(1);
  });
});

describe('a returned link', () => {
  it('is reset before it is leased again', async () => {
    const stage = new ExclusiveStage({ links: { maxLinks: 1 } });
    const lease = await stage.lease();
    let finish = (): void => undefined;
    stage.resource.onReset = () => new Promise<void>((resolve) => (finish = resolve));
    const next = stage.pool.acquire();
    const released = lease.release();
    await stage.settle();
    expect([stage.leases.leased, stage.leases.underWay]).toEqual([0, 1]);
    finish();
    await released;
    expect((await next).resource.number).toBe(1);
  });

  it.each([
    ['fails', () => Promise.reject(new Error('still in a transaction'))],
    ['is not done in time', never],
  ])('is closed when its reset %s', async (_what, onReset) => {
    const stage = new ExclusiveStage({ workTimeoutMs: 100 });
    stage.resource.onReset = onReset;
    const lease = await stage.lease();
    const released = lease.release();
    await stage.advance(150);
    await released;
    expect([causesOf(stage), stage.clock.timerCount]).toEqual([['us validation'], 1]);
  });

  it('is closed when its peer hung up meanwhile', async () => {
    const stage = new ExclusiveStage();
    const lease = await stage.lease();
    stage.network.pairs[0]!.server.end();
    await stage.settle();
    expect(lease.isBroken).toBe(true);
    await lease.release();
    await stage.settle();
    expect(causesOf(stage)).toEqual(['peer ended']);
  });

  it('whose peer hung up is told so as with a socket of Node, when all was read', async () => {
    const stage = new ExclusiveStage();
    const { stream } = (await stage.lease()).resource;
    const heard: string[] = [];
    stream.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
    stream.on('end', () => heard.push('end')).on('close', () => heard.push('close'));
    stage.network.pairs[0]!.server.write(Buffer.from('half an ans'));
    stage.network.pairs[0]!.server.end();
    await stage.settle();
    expect([heard, causesOf(stage)]).toEqual([['half an ans', 'end', 'close'], ['peer ended']]);
  });

  it('that was lost counts as failed, and gave up its place at once', async () => {
    const stage = new ExclusiveStage({ links: { maxLinks: 2 } });
    const [lost] = await stage.leaseMany(2);
    const next = stage.pool.acquire();
    stage.network.pairs[0]!.reset();
    await stage.settle();
    expect((await next).resource.number).toBe(3);
    await lost!.release();
    expect(stage.snapshot.calls).toMatchObject({ failed: 1, succeeded: 0 });
  });

  it('is closed in order, but not for longer than that may take', async () => {
    const stage = new ExclusiveStage({ workTimeoutMs: 300 });
    stage.resource.onDestroy = never;
    (await stage.lease()).destroy();
    await stage.advance(200);
    expect(stage.endpoint().connections[0]?.state).toBe('draining');
    await stage.advance(200);
    expect(stage.openPairs.length).toBe(0);
  });
});
