import { describe, expect, it } from 'vitest';
import { A, B, NOTHING_LEFT, PoolStage } from '../../support/pool-stage.js';
import { ChangingDiscovery } from '../../support/changing-discovery.js';

const BOTH = { services: [A, B] };

async function discovered(...known: string[]) {
  const discovery = new ChangingDiscovery(known);
  const stage = await PoolStage.ready({ discovery }, BOTH);
  return { stage, discovery };
}

describe('calls to several endpoints', () => {
  it('are shared among them', async () => {
    const stage = await PoolStage.ready({}, BOTH);
    stage.calls(200);
    await stage.settle();
    const counts = [A, B].map((address) => stage.service(address).requests.length);
    expect(Math.abs(counts[0]! - counts[1]!)).toBeLessThan(20);
  });

  it('go to those that accept connections', async () => {
    const stage = await PoolStage.idle({}, BOTH);
    stage.network.answers.set(A, 'refuse');
    const sinks = stage.calls(10);
    await stage.settle();
    expect(sinks.map((sink) => sink.label)).toEqual(Array(10).fill('complete'));
    expect(stage.service(B).requests.length).toBe(10);
    expect(stage.pool.state).toBe('degraded');
  });

  it('do not wait for one that hangs while it is being connected', async () => {
    const stage = await PoolStage.idle({}, BOTH);
    stage.network.answers.set(A, 'silence');
    const sink = stage.call();
    await stage.settle();
    expect(sink.label).toBe('complete');
  });

  it('follow the weights that discovery gives, also when they change', async () => {
    const discovery = new ChangingDiscovery([A, B]);
    const stage = await PoolStage.ready({ discovery }, BOTH);
    discovery.report({ address: A, weight: 0 }, B);
    await stage.settle();
    stage.calls(20);
    await stage.settle();
    expect([A, B].map((address) => stage.service(address).requests.length)).toEqual([0, 20]);
    expect([stage.network.dials, stage.endpoint(A).weight]).toEqual([2, 0]);
  });
});

describe('an endpoint that discovery adds', () => {
  it('gets connections, and calls', async () => {
    const { stage, discovery } = await discovered(A);
    discovery.report(A, B);
    await stage.settle();
    expect([stage.ready(A), stage.ready(B), stage.pool.state]).toEqual([1, 1, 'ready']);
    expect(
      stage.payloads.filter((each) => each.name === 'endpointsChanged').at(-1)!.payload,
    ).toEqual({ pool: 'default', added: [B], removed: [] });
  });

  it('serves calls that wait', async () => {
    const discovery = new ChangingDiscovery();
    const stage = await PoolStage.idle({ discovery });
    const sink = stage.call();
    await stage.advance(1_000);
    expect([sink.label, stage.pool.state]).toEqual(['open', 'starting']);
    discovery.report(A);
    await stage.settle();
    expect(sink.label).toBe('complete');
  });

  it('whose address cannot be used is one that cannot be reached', async () => {
    const discovery = new ChangingDiscovery([A]);
    const stage = await PoolStage.ready({ discovery });
    const { network } = stage;
    const { dialer } = network;
    network.dialer = (address) => {
      if (address === 'nonsense') throw new Error('what is that?');
      return dialer.call(network, address);
    };
    discovery.report(A, 'nonsense');
    await stage.settle();
    expect(stage.endpoint('nonsense')).toMatchObject({
      state: 'backoff',
      lastError: { code: 'CONNECT_FAILED', message: 'cannot connect to nonsense: what is that?' },
    });
    const sink = stage.call();
    await stage.settle();
    expect([sink.label, stage.pool.state]).toEqual(['complete', 'degraded']);
  });
});

describe('an endpoint that discovery removes', () => {
  it('gets no new calls, and finishes those it has', async () => {
    const { stage, discovery } = await discovered(A, B);
    stage.service(A).hold();
    const sinks = stage.calls(10);
    await stage.settle();
    const atA = stage.service(A).open.length;
    expect(atA).toBeGreaterThan(0);
    discovery.report(B);
    await stage.advance(10_000);
    expect(stage.endpoint(A)).toMatchObject({ state: 'draining', inFlight: atA });
    stage.service(A).release();
    await stage.settle();
    expect(sinks.every((sink) => sink.label === 'complete')).toBe(true);
    expect(stage.snapshot.endpoints.map((each) => each.address)).toEqual([B]);
    expect(stage.snapshot.closes.active.endpointGone).toBe(1);
  });

  it('while it is being connected is forgotten', async () => {
    const discovery = new ChangingDiscovery([A, B]);
    const stage = await PoolStage.idle({ discovery }, BOTH);
    stage.network.answers.set(B, 'silence');
    const ready = stage.pool.ready();
    await stage.settle();
    await ready;
    discovery.report(A);
    await stage.settle();
    expect(stage.snapshot.endpoints.map((each) => each.address)).toEqual([A]);
    expect([stage.snapshot.connects.failed.abandoned, stage.pool.state]).toEqual([1, 'ready']);
  });

  it('while it waits to be connected again is not dialed any more', async () => {
    const discovery = new ChangingDiscovery([A, B]);
    const stage = await PoolStage.idle({ discovery }, BOTH);
    stage.network.answers.set(B, 'refuse');
    stage.pool.start();
    await stage.settle();
    const { dials } = stage.network;
    discovery.report(A);
    await stage.advance(300_000);
    expect(stage.network.dials).toBe(dials);
  });

  it('and returns while it drains is connected anew', async () => {
    const { stage, discovery } = await discovered(A);
    stage.service(A).hold();
    const sink = stage.call();
    await stage.settle();
    discovery.report();
    await stage.settle();
    discovery.report(A);
    await stage.settle();
    expect(stage.snapshot.endpoints.map((each) => each.state)).toEqual(['ready', 'draining']);
    stage.service(A).release();
    await stage.settle();
    expect([sink.label, stage.snapshot.endpoints.length]).toEqual(['complete', 1]);
  });

  it('together with all others leaves calls waiting for the new ones, and none fails', async () => {
    const { stage, discovery } = await discovered(A);
    const before = stage.calls(3);
    discovery.report(B);
    const after = stage.calls(3);
    await stage.settle();
    expect([...before, ...after].map((sink) => sink.label)).toEqual(Array(6).fill('complete'));
    expect(stage.service(B).requests.length).toBe(3);
  });

  it('together with all others leaves a pool without an endpoint, which says so', async () => {
    const { stage, discovery } = await discovered(A);
    discovery.report();
    const sink = stage.call();
    await stage.advance(5_000);
    expect([sink.label, stage.pool.state]).toEqual(['NO_ENDPOINT no', 'unavailable']);
  });
});

describe('discovery', () => {
  it('that fails keeps the last good set, and is reported', async () => {
    const { stage, discovery } = await discovered(A);
    discovery.fail(new Error('no such host'));
    const sink = stage.call();
    await stage.settle();
    expect([sink.label, stage.events.at(-1)]).toEqual(['complete', 'discoveryFailed']);
  });

  it('that fails before it found anything fails calls that do not wait, with the reason', async () => {
    const discovery = new ChangingDiscovery();
    const stage = await PoolStage.idle({ discovery, whenUnavailable: 'fail' });
    const sink = stage.call();
    expect(sink.label).toBe('open');
    discovery.fail(new Error('no such host'));
    expect(sink.label).toBe('NO_ENDPOINT no');
    expect(sink.failure.cause).toMatchObject({
      message: 'the endpoints of default could not be looked up: no such host',
    });
    expect(stage.pool.state).toBe('unavailable');
  });

  it('that throws is one that fails', async () => {
    const discovery = new ChangingDiscovery();
    discovery.watch = () => {
      throw new Error('not configured');
    };
    const stage = await PoolStage.idle({ discovery });
    const sink = stage.call();
    expect(stage.events).toContain('discoveryFailed');
    await stage.advance(5_000);
    expect(sink.label).toBe('NO_ENDPOINT no');
  });

  it('is watched once, and let go when the pool closes', async () => {
    const { stage, discovery } = await discovered(A);
    await Promise.all([stage.pool.close(), stage.settle()]);
    expect([discovery.watches, discovery.disposals]).toEqual([1, 1]);
    discovery.report(A, B);
    discovery.fail(new Error('late'));
    await stage.settle();
    expect([stage.network.dials, stage.leftovers]).toEqual([1, NOTHING_LEFT]);
  });

  it('is let go also when the pool is closed by whoever is told of the first endpoints', async () => {
    const discovery = new ChangingDiscovery([A]);
    const stage = await PoolStage.idle({ discovery });
    stage.pool.on('endpointsChanged', () => stage.pool.destroy());
    stage.pool.start();
    await stage.settle();
    expect([discovery.disposals, stage.leftovers]).toEqual([1, NOTHING_LEFT]);
  });
});

describe('maxTotalConnections', () => {
  it('bounds the connections to all endpoints together', async () => {
    const pool = { minConnections: 3, maxTotalConnections: 4 };
    const stage = await PoolStage.ready({ pool }, BOTH);
    await stage.advance(10_000);
    expect([stage.ready(A), stage.ready(B)]).toEqual([3, 1]);
    expect(stage.pool.state).toBe('degraded');
  });

  it('leaves room for every endpoint', async () => {
    const pool = { minConnections: 3, maxTotalConnections: 3 };
    const stage = await PoolStage.ready({ pool }, BOTH);
    expect([stage.ready(A), stage.ready(B)]).toEqual([2, 1]);
  });

  it('lets another endpoint have what one has given back', async () => {
    const stage = await PoolStage.ready({ pool: { maxTotalConnections: 1 } }, BOTH);
    expect([stage.ready(A), stage.ready(B)]).toEqual([1, 0]);
    await stage.crash(A);
    await stage.advance(1_000);
    expect([stage.ready(A), stage.ready(B)]).toEqual([0, 1]);
  });

  it('counts connections that drain', async () => {
    const discovery = new ChangingDiscovery([A]);
    const stage = await PoolStage.ready({ discovery, pool: { maxTotalConnections: 1 } }, BOTH);
    stage.service(A).hold();
    stage.call();
    await stage.settle();
    discovery.report(B);
    await stage.advance(3_000);
    expect(stage.ready()).toBe(0);
    stage.service(A).release();
    await stage.advance(1_000);
    expect(stage.ready(B)).toBe(1);
  });
});
