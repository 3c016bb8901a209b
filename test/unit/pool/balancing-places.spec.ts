import { describe, expect, it, vi } from 'vitest';
import { ChangingDiscovery } from '../../support/changing-discovery.js';
import { PoolStage } from '../../support/pool-stage.js';
import type { Balancing } from './balanced-stage.js';
import { addressesOf, balanced, steadily } from './balanced-stage.js';

describe('the zone of a pool', () => {
  const zoned = (balancing: Balancing, own: number, others: number) =>
    balanced(
      { zone: 'here', ...balancing },
      addressesOf(own + others).map((address, index) => ({
        address,
        zone: index < own ? 'here' : 'there',
      })),
    );

  it('keeps its calls', async () => {
    const { stage, counts } = await zoned({}, 2, 2);
    await steadily(stage, 100);
    const [a, b, ...others] = counts();
    expect([a! + b!, ...others]).toEqual([100, 0, 0]);
    expect(stage.snapshot.balancing.zone).toBe('here');
  });

  it('shares them when it is full', async () => {
    const { stage, services, counts } = await zoned({ zoneSpillPending: 20 }, 1, 1);
    for (const address of services) stage.service(address).hold();
    stage.calls(30);
    await stage.settle();
    expect(counts()).toEqual([20, 10]);
  });

  it('shares them when too little of it is ready', async () => {
    const { stage, services, counts } = await zoned({ zoneReadyRatio: 1 }, 2, 2);
    stage.pool.control.apply(services[0]!, 'drain');
    await steadily(stage, 1_000);
    const [drained, own, ...others] = counts();
    expect(drained).toBe(0);
    // Half of them stay, and of those that are free to go a third.
    expect(own).toBeGreaterThan(580);
    expect(own).toBeLessThan(750);
    expect(Math.min(...others)).toBeGreaterThan(100);
  });

  it('loses them all when it is gone', async () => {
    const { stage, services, counts } = await zoned({}, 1, 1);
    await stage.crash(services[0]);
    await steadily(stage, 50);
    expect(counts()).toEqual([0, 50]);
  });
});

describe('calls with a sticky key', () => {
  it('go to one endpoint, the same in every pool', async () => {
    const places = [];
    for (let pool = 0; pool < 2; pool++) {
      const { stage, counts } = await balanced({}, addressesOf(5));
      for (let call = 0; call < 20; call++) {
        stage.call({ stickyKey: 'tenant 7' });
        stage.emit({ stickyKey: 'tenant 7' });
        await stage.settle();
      }
      const all = counts();
      places.push(all.indexOf(20));
      expect(all.filter((count) => count > 0)).toEqual([20]);
    }
    expect(places[0]).toBe(places[1]);
    expect(places[0]).toBeGreaterThanOrEqual(0);
  });

  it('go elsewhere when their endpoint is gone, and back when it returns', async () => {
    const { stage, services, counts } = await balanced({ slowStartMs: 0 }, addressesOf(5));
    const place = async (): Promise<number> => {
      const sink = stage.call({ stickyKey: 'tenant 7' });
      await stage.settle();
      expect(sink.label).toBe('complete');
      return counts().indexOf(1);
    };
    const first = await place();
    await stage.crash(services[first]);
    expect(await place()).not.toBe(first);
    await stage.serve(services[first]!);
    await stage.advance(20_000);
    await place();
    expect(stage.service(services[first]).requests.length).toBe(1);
  });

  it('do not bury their endpoint', async () => {
    const { stage, services, counts } = await balanced({ boundedLoadRatio: 2 }, addressesOf(5));
    for (const address of services) stage.service(address).hold();
    stage.calls(1_000, { stickyKey: 'tenant 7' });
    await stage.settle();
    expect(Math.max(...counts())).toBe(400);
  });
});

describe('the subset of a client', () => {
  it('is all that gets connections', async () => {
    const discovery = new ChangingDiscovery(addressesOf(10));
    const balancing = { subsetSize: 3, clientId: 4 };
    const options = { discovery, balancing };
    const stage = await PoolStage.ready(options, { services: addressesOf(10) });
    expect([stage.network.dials, stage.snapshot.endpoints.length]).toEqual([3, 3]);
    expect(stage.snapshot.balancing.subset).toEqual({ size: 3, known: 10 });
    stage.calls(30);
    await stage.settle();
    discovery.report(...addressesOf(10).slice(1));
    await stage.settle();
    expect(stage.snapshot.balancing.subset).toEqual({ size: 3, known: 9 });
    expect(stage.snapshot.endpoints.filter((each) => each.state !== 'closed').length).toBe(3);
    discovery.fail(new Error('out of order'));
    expect(stage.events.at(-1)).toBe('discoveryFailed');
  });

  it('leaves out endpoints of weight 0 while there are others', async () => {
    const [a, b, c, ...leaving] = addressesOf(8);
    const discovery = new ChangingDiscovery([
      ...leaving.map((address) => ({ address, weight: 0 })),
      ...[a!, b!, c!],
    ]);
    const options = { discovery, balancing: { subsetSize: 3, clientId: 1 } };
    const stage = await PoolStage.ready(options, { services: addressesOf(8) });
    const addresses = (): string[] =>
      stage.snapshot.endpoints.filter((each) => each.state === 'ready').map((each) => each.address);
    expect(new Set(addresses())).toEqual(new Set([a, b, c]));
    discovery.report(...leaving.map((address) => ({ address, weight: 0 })));
    await stage.settle();
    expect(addresses().length).toBe(3);
    expect(leaving).toEqual(expect.arrayContaining(addresses()));
  });

  it('asks the source again when its endpoints are lost', async () => {
    const discovery = new ChangingDiscovery(addressesOf(4));
    const refresh = vi.fn<() => void>();
    const source = Object.assign(discovery, { refresh });
    const options = { discovery: source, balancing: { subsetSize: 2, clientId: 0 } };
    const stage = await PoolStage.ready(options, { services: addressesOf(4) });
    refresh.mockClear();
    await stage.crash(stage.snapshot.endpoints[0]!.address);
    await stage.advance(1_000);
    expect(refresh).toHaveBeenCalled();
  });

  it('holds for a list of addresses as well', async () => {
    const stage = await PoolStage.ready(
      { balancing: { subsetSize: 2, clientId: 'pod-7' } },
      { services: addressesOf(6) },
    );
    expect(stage.network.dials).toBe(2);
  });
});
