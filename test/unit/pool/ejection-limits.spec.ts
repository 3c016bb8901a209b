import { describe, expect, it } from 'vitest';
import { A } from '../../support/pool-stage.js';
import { EJECTION, EjectionWorld, FOUR } from './ejection-world.js';

const NO_SPREAD = { reconnect: { spreadMs: 0 } };

describe('of several that fail', () => {
  it('only the share is ejected that may be', async () => {
    const world = await EjectionWorld.open({
      ejection: { ...EJECTION, maxEjectedRatio: 0.25, panicRatio: 0 },
    });
    world.fail('tcp://a:1', 'tcp://b:1');
    await world.callInTurn(400);
    expect(world.states.filter((state) => state === 'ejected').length).toBe(1);
  });

  it('none is held back once too few are in health', async () => {
    const world = await EjectionWorld.open({
      ejection: { ...EJECTION, maxEjectedRatio: 0.5, panicRatio: 0.5 },
      ...NO_SPREAD,
    });
    world.fail(A);
    await world.callInTurn(100);
    expect([world.ejectionOf(A).state, world.stage.snapshot.isPanic]).toEqual(['ejected', false]);
    await world.stage.crash('tcp://b:1');
    await world.stage.crash('tcp://c:1');
    await world.stage.advance(1_500);
    expect(world.stage.snapshot.isPanic).toBe(true);
    const before = world.requestsOf(A);
    await world.callInTurn(40);
    expect(world.requestsOf(A) - before).toBeGreaterThan(5);
    await world.stage.serve('tcp://b:1');
    await world.stage.advance(3_000);
    expect(world.stage.snapshot.isPanic).toBe(false);
  });
});

describe('an ejected endpoint', () => {
  it('takes calls where nobody else does', async () => {
    const world = await EjectionWorld.open(
      { ejection: { ...EJECTION, panicRatio: 0 } },
      FOUR.slice(0, 2),
    );
    world.fail(A);
    await world.callInTurn(100);
    expect(world.ejectionOf(A).state).toBe('ejected');
    world.recover(A);
    await world.stage.crash('tcp://b:1');
    expect(await world.callInTurn(5)).toBe(0);
  });

  it('comes back at once when an operator readmits it', async () => {
    const world = await EjectionWorld.open();
    world.fail(A);
    await world.callInTurn(100);
    world.recover(A);
    world.stage.pool.control.apply(A, 'readmit');
    expect(world.ejectionOf(A).state).toBe('none');
    const before = world.requestsOf(A);
    await world.callInTurn(100);
    expect(world.requestsOf(A)).toBeGreaterThan(before);
  });

  it('of an operator stays away, whatever it does', async () => {
    const world = await EjectionWorld.open({}, FOUR.slice(0, 2));
    world.stage.pool.control.apply(A, 'eject');
    await world.callInTurn(20);
    await world.stage.advance(60_000);
    expect(world.requestsOf(A)).toBe(0);
    expect(world.ejectionOf(A).state).toBe('none');
  });

  it('is none in a pool that ejects nothing', async () => {
    const world = await EjectionWorld.open({ ejection: false });
    world.fail(A);
    await world.callInTurn(200);
    expect(world.ejectionOf(A)).toEqual({
      state: 'none',
      cause: undefined,
      count: 0,
      remainingMs: undefined,
    });
  });

  it('that is the only one is none either', async () => {
    const world = await EjectionWorld.open({}, [A]);
    world.fail(A);
    await world.callInTurn(100);
    expect(world.ejectionOf(A).state).toBe('none');
  });

  it('with several probes has to answer as many', async () => {
    const world = await EjectionWorld.open({ ejection: { ...EJECTION, probes: 3 } });
    world.fail(A);
    await world.callInTurn(100);
    world.recover(A);
    world.stage.service(A).hold();
    await world.stage.advance(5_000);
    const before = world.requestsOf(A);
    world.stage.calls(40);
    await world.stage.settle();
    expect(world.requestsOf(A) - before).toBe(3);
    world.recover(A);
    await world.stage.settle();
    expect(world.ejectionOf(A).state).toBe('none');
  });
});
