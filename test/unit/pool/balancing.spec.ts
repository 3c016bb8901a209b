import { describe, expect, it } from 'vitest';
import { ChangingDiscovery } from '../../support/changing-discovery.js';
import { PoolStage } from '../../support/pool-stage.js';
import { addressesOf, balanced, steadily } from './balanced-stage.js';

/** From now on the instance takes so long for an answer. */
function answerAfter(stage: PoolStage, address: string, ms: number): void {
  stage.service(address).answer = (stream) =>
    void stage.clock.schedule(ms, () => stream.respond('done'));
}

describe('the balancing policy', () => {
  it('round-robin gives each endpoint the same count, whatever is in flight', async () => {
    const { stage, counts } = await balanced({ policy: 'round-robin' }, addressesOf(4));
    stage.service().hold();
    stage.calls(400);
    await stage.settle();
    expect(counts()).toEqual([100, 100, 100, 100]);
    expect(stage.snapshot.balancing).toEqual({
      policy: 'round-robin',
      zone: undefined,
      subset: undefined,
    });
  });

  it('p2c with more choices is more even at any moment', async () => {
    const spreadOf = async (choices: 2 | 5): Promise<number> => {
      const { stage, services, counts } = await balanced({ choices }, addressesOf(10));
      for (const address of services) stage.service(address).hold();
      stage.calls(1_005);
      await stage.settle();
      const all = counts();
      return Math.max(...all) - Math.min(...all);
    };
    expect(await spreadOf(5)).toBeLessThan(await spreadOf(2));
  });

  it('peak-ewma leaves an endpoint that answers late, and shows its load', async () => {
    const { stage, services, counts } = await balanced({ policy: 'peak-ewma' }, addressesOf(4));
    for (const address of services) answerAfter(stage, address, 5);
    answerAfter(stage, services[0]!, 50);
    await steadily(stage, 1_000);
    const [slow, ...quick] = counts();
    expect(slow).toBeLessThan(50);
    expect(Math.min(...quick)).toBeGreaterThan(200);
    await stage.advance(100);
    const loads = services.map((address) => stage.endpoint(address).load);
    expect(loads[0]).toBeGreaterThan(40);
    expect(Math.max(...loads.slice(1))).toBeLessThan(6);
  });

  it.each([
    [1_000, true],
    [100_000, false],
  ])('peak-ewma with a decay of %i ms has forgiven after 5 s: %s', async (latencyDecayMs, is) => {
    const { stage, services, counts } = await balanced(
      { policy: 'peak-ewma', latencyDecayMs },
      addressesOf(2),
    );
    for (const address of services) answerAfter(stage, address, 5);
    answerAfter(stage, services[0]!, 500);
    await steadily(stage, 700);
    answerAfter(stage, services[0]!, 5);
    await stage.advance(5_000);
    counts();
    await steadily(stage, 500);
    expect(counts()[0]! > 100).toBe(is);
  });

  it('peak-ewma notes how long an attempt took that failed in the end', async () => {
    const { stage, services } = await balanced({ policy: 'peak-ewma' }, addressesOf(1));
    stage.service(services[0]).answer = () => {};
    stage.call({ deadlineMs: 300 });
    await stage.advance(400);
    expect(stage.endpoint(services[0]).load).toBeGreaterThan(290);
    stage.service(services[0]).answer = (stream) => stream.fail('at once');
    stage.calls(100);
    await stage.settle();
    expect(stage.endpoint(services[0]).load).toBeGreaterThan(290);
  });

  it('peak-ewma notes a slow endpoint whose hedge was quicker, each by its own time', async () => {
    const services = addressesOf(2);
    const stage = await PoolStage.ready(
      { balancing: { policy: 'peak-ewma' }, hedge: { minDelayMs: 20 } },
      { services },
    );
    for (let call = 0; call < 200; call++) stage.call({ idempotent: true });
    await stage.settle();
    for (const address of services) stage.service(address).hold();
    const sink = stage.call({ idempotent: true });
    await stage.advance(30);
    const open = services.filter((address) => stage.service(address).open.length > 0);
    expect(open.length).toBe(2);
    const slow = stage.service(services[0]).open[0]!;
    const quick = stage.service(services[1]).open[0]!;
    const [first, second] =
      slow.request.timeoutMs > quick.request.timeoutMs ? services : [...services].reverse();
    stage.service(second).open[0]!.respond('of the hedge');
    await stage.settle();
    expect(sink.label).toBe('complete');
    expect(stage.endpoint(first).load).toBeGreaterThan(29);
    expect(stage.endpoint(second).load).toBeLessThan(15);
  });

  it('peak-ewma does not take a stream for a slow answer', async () => {
    const { stage, services } = await balanced({ policy: 'peak-ewma' }, addressesOf(1));
    stage.service(services[0]).answer = (stream) => {
      stream.next('first');
      stage.clock.schedule(60_000, () => stream.respond('last'));
    };
    const sink = stage.call({ deadlineMs: 0 });
    await stage.advance(61_000);
    expect([sink.label, stage.endpoint(services[0]).load]).toEqual(['complete', 0]);
  });
});

describe('an endpoint that is new, or comes back', () => {
  it('gets more and more of the calls while others are warm', async () => {
    const [a, b] = addressesOf(2) as [string, string];
    const { stage, discovery, counts, weights } = await balanced({ slowStartMs: 10_000 }, [a, b]);
    discovery.report(a);
    await stage.advance(20_000);
    discovery.report(a, b);
    await stage.settle();
    counts();
    expect(weights()).toEqual([1, 0.1]);
    await steadily(stage, 1_000);
    expect(counts()[1]).toBeLessThan(150);
    await stage.advance(4_000);
    expect(weights()).toEqual([1, 0.5]);
    await stage.advance(5_000);
    expect(weights()).toEqual([1, 1]);
    await steadily(stage, 1_000);
    expect(counts()[1]).toBeGreaterThan(400);
  });

  it('gets its share at once when all start together', async () => {
    const { weights } = await balanced({ slowStartMs: 10_000 }, addressesOf(3));
    expect(weights()).toEqual([1, 1, 1]);
  });

  it('starts slowly when it lost its connections', async () => {
    const { stage, services, weights } = await balanced({ slowStartMs: 10_000 }, addressesOf(2));
    await stage.advance(10_000);
    await stage.crash(services[1]);
    await stage.serve(services[1]!);
    // A reconnect happens within the spread of 2 s.
    for (let step = 0; step < 40 && stage.ready(services[1]) === 0; step++)
      await stage.advance(100);
    expect(stage.ready(services[1])).toBe(1);
    expect(weights()).toEqual([1, 0.1]);
  });

  it('does not start slowly when a connection is replaced, or was given up for idleness', async () => {
    const discovery = new ChangingDiscovery(addressesOf(2));
    const pool = { minConnections: 0, idleTimeoutMs: 1_000 };
    const options = { discovery, pool, balancing: { slowStartMs: 10_000 } };
    const stage = await PoolStage.ready(options, { services: addressesOf(2) });
    await Promise.all([stage.pool.ready(), stage.settle()]);
    await stage.advance(30_000);
    expect(stage.ready()).toBe(0);
    stage.call();
    await stage.settle();
    expect(stage.snapshot.endpoints.map((each) => each.effectiveWeight)).toEqual([1, 1]);
  });

  it('starts slowly when it is readmitted', async () => {
    const { stage, services, weights } = await balanced({ slowStartMs: 10_000 }, addressesOf(2));
    await stage.advance(10_000);
    stage.pool.control.apply(services[0]!, 'eject');
    await stage.advance(60_000);
    expect(weights()).toEqual([1, 1]);
    stage.pool.control.apply(services[0]!, 'readmit');
    expect(weights()).toEqual([0.1, 1]);
  });
});
