import { describe, expect, it, vi } from 'vitest';
import type { Discovery } from '../../../lib/discovery/discovery.js';
import { createEndpoint } from '../../../lib/discovery/endpoint.js';
import { ChangingDiscovery } from '../../support/changing-discovery.js';
import { A, B, PoolStage } from '../../support/pool-stage.js';

/** A source that counts how often it was told that its answer may be out of date. */
function counting(...addresses: string[]) {
  const refresh = vi.fn<() => void>();
  const discovery: Discovery = {
    name: 'counting',
    watch: ({ onEndpoints }) => {
      onEndpoints(addresses.map((each) => createEndpoint(each)));
      return () => undefined;
    },
    refresh,
  };
  return { discovery, refresh };
}

describe('a pool asks its discovery again', () => {
  it('when an instance cannot be reached', async () => {
    const { discovery, refresh } = counting(A, B);
    await PoolStage.ready({ discovery }, { services: [A] });
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('when a connection is lost, or a server sends it away', async () => {
    const { discovery, refresh } = counting(A);
    const stage = await PoolStage.ready({ discovery });
    expect(refresh).not.toHaveBeenCalled();
    stage.service().goAway();
    await stage.settle();
    expect(refresh).toHaveBeenCalled();
    await stage.advance(5_000);
    refresh.mockClear();
    await stage.crash();
    expect(refresh).toHaveBeenCalled();
  });

  it('when a call finds no endpoint', async () => {
    const { discovery, refresh } = counting();
    const stage = await PoolStage.ready({ discovery });
    expect(refresh).not.toHaveBeenCalled();
    stage.call();
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('not when it closes connections itself, nor once it is closed', async () => {
    const { discovery, refresh } = counting(A);
    const stage = await PoolStage.ready({ discovery, pool: { lifetimeMs: 1_000 } });
    await stage.advance(5_000);
    const closed = stage.pool.close();
    await stage.advance(1_000);
    await closed;
    expect(refresh).not.toHaveBeenCalled();
  });

  it('and survives one that throws', async () => {
    const { discovery, refresh } = counting(A, B);
    refresh.mockImplementation(() => {
      throw new Error('not now');
    });
    const stage = await PoolStage.ready({ discovery }, { services: [A] });
    expect(stage.events).toContain('discoveryFailed');
    expect(stage.ready(A)).toBe(1);
  });
});

describe('a picture of a pool', () => {
  it('tells where its endpoints come from, how old the answer is, and what failed since', async () => {
    const discovery = new ChangingDiscovery();
    const stage = await PoolStage.ready({ discovery });
    const name = 'changing';
    expect(stage.snapshot.discovery).toEqual({ name });
    discovery.report(A);
    await stage.advance(3_000);
    expect(stage.snapshot.discovery).toEqual({ name, answeredAgoMs: 3_000 });
    discovery.fail(new Error('out of order'));
    await stage.advance(2_000);
    expect(stage.snapshot.discovery).toEqual({
      name,
      answeredAgoMs: 5_000,
      lastError: { code: 'NO_ENDPOINT', message: 'out of order', agoMs: 2_000 },
    });
    discovery.report(A);
    expect(stage.snapshot.discovery).toEqual({ name, answeredAgoMs: 0 });
  });
});
