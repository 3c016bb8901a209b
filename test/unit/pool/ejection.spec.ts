import { describe, expect, it } from 'vitest';
import { A } from '../../support/pool-stage.js';
import { EJECTION, EjectionWorld, FOUR } from './ejection-world.js';

const NO_SPREAD = { reconnect: { spreadMs: 0 } };

describe('an endpoint whose handlers fail every call', () => {
  it('is ejected after few of them, and fails no more', async () => {
    const world = await EjectionWorld.open();
    world.fail(A);
    const failed = await world.callInTurn(400);
    expect(failed).toBeLessThanOrEqual(8);
    expect(world.states).toEqual(['ejected', 'none', 'none', 'none']);
    expect(world.ejectionOf(A)).toMatchObject({ cause: 'failing', count: 1 });
    expect(world.stage.snapshot.ejections).toEqual({ unanswered: 0, failing: 1, successRate: 0 });
    expect(await world.callInTurn(400)).toBe(0);
  });

  it('is probed with one call at a time, and stays away for longer each time that fails', async () => {
    const world = await EjectionWorld.open({ ejection: { ...EJECTION, maxEjectionMs: 20_000 } });
    world.fail(A);
    await world.callInTurn(100);
    const waits: number[] = [];
    for (let round = 0; round < 4; round++) {
      waits.push(Math.ceil(world.ejectionOf(A).remainingMs! / 1_000));
      await world.sitOut(A);
      expect(world.ejectionOf(A).state).toBe('probing');
      const before = world.requestsOf(A);
      expect(await world.callInTurn(30)).toBe(1);
      expect(world.requestsOf(A) - before).toBe(1);
    }
    expect(waits).toEqual([5, 10, 20, 20]);
    expect(world.ejectionOf(A).count).toBe(5);
  });

  it('gets its share again when it has answered one', async () => {
    const world = await EjectionWorld.open();
    world.fail(A);
    await world.callInTurn(100);
    world.recover(A);
    await world.stage.advance(5_000);
    const before = world.requestsOf(A);
    expect(await world.callInTurn(200)).toBe(0);
    expect(world.ejectionOf(A)).toMatchObject({ state: 'none', cause: 'failing', count: 1 });
    // Slowly at first.
    expect(world.requestsOf(A) - before).toBeLessThan(30);
    await world.stage.advance(60_000);
    const late = world.requestsOf(A);
    await world.callInTurn(200);
    expect(world.requestsOf(A) - late).toBeGreaterThan(30);
    const told = world.stage.events.filter((name) => name === 'ejected' || name === 'readmitted');
    expect(told).toEqual(['ejected', 'readmitted']);
  });

  it('stays where it is when all fail alike', async () => {
    const world = await EjectionWorld.open();
    world.fail(...FOUR);
    await world.callInTurn(300);
    expect(world.stage.snapshot.ejections).toEqual({ unanswered: 0, failing: 0, successRate: 0 });
  });

  it('stays where it is when all begin to fail at once', async () => {
    const world = await EjectionWorld.open();
    await world.callInTurn(2_000);
    world.fail(...FOUR);
    await world.callInTurn(500);
    expect(world.stage.snapshot.ejections).toEqual({ unanswered: 0, failing: 0, successRate: 0 });
  });

  it('tells whoever listens, with cause, count and time', async () => {
    const world = await EjectionWorld.open();
    world.fail(A);
    await world.callInTurn(100);
    const { payload } = world.stage.payloads.find(({ name }) => name === 'ejected')!;
    expect(payload).toEqual({
      pool: 'default',
      endpoint: A,
      cause: 'failing',
      count: 1,
      forMs: 5_000,
    });
  });
});

describe('errors of handlers', () => {
  it('are no reason at all when they are ignored', async () => {
    const world = await EjectionWorld.open({ ejection: { ...EJECTION, handlerErrors: 'ignore' } });
    world.fail(A);
    await world.callInTurn(300);
    expect(world.states).toEqual(['none', 'none', 'none', 'none']);
  });

  it('are as bad as no answer when they count', async () => {
    const world = await EjectionWorld.open({ ejection: { ...EJECTION, handlerErrors: 'count' } });
    world.fail(A);
    expect(await world.callInTurn(100)).toBe(5);
    expect(world.ejectionOf(A)).toMatchObject({ state: 'ejected', cause: 'unanswered' });
  });
});

describe('an endpoint that does not answer', () => {
  it('is ejected when calls were late in a row', async () => {
    const world = await EjectionWorld.open();
    world.stage.service(A).hold();
    await world.callInTurn(400, 20);
    expect(world.ejectionOf(A)).toMatchObject({ state: 'ejected', cause: 'unanswered' });
  });

  it('is ejected after as many of them as the option says', async () => {
    const world = await EjectionWorld.open({ ejection: { ...EJECTION, consecutiveFailures: 20 } });
    world.stage.service(A).hold();
    await world.callInTurn(300, 20);
    expect(world.ejectionOf(A).state).toBe('none');
    await world.callInTurn(700, 20);
    expect(world.ejectionOf(A).state).toBe('ejected');
  });

  it('is not probed with a call when it answers no ping', async () => {
    const world = await EjectionWorld.open();
    world.stage.service(A).hold();
    await world.callInTurn(400, 20);
    for (const pair of world.stage.network.pairs.slice(0, 1)) pair.stall();
    await world.sitOut(A);
    const before = world.requestsOf(A);
    await world.callInTurn(50, 20);
    await world.stage.advance(1_000);
    expect(world.requestsOf(A)).toBe(before);
    expect(world.ejectionOf(A)).toMatchObject({ state: 'ejected', count: 2 });
  });

  it('is ejected once for a connection that took many calls along', async () => {
    const world = await EjectionWorld.open(NO_SPREAD);
    world.stage.service(A).hold();
    world.stage.calls(200);
    await world.stage.settle();
    world.stage.service(A).kill();
    await world.stage.settle();
    world.recover(A);
    await world.stage.advance(2_000);
    await world.callInTurn(100);
    expect(world.ejectionOf(A)).toMatchObject({ state: 'none', count: 0 });
  });

  it('is ejected when its connections go one after the other', async () => {
    const reconnect = { initialBackoffMs: 10, maxBackoffMs: 10, spreadMs: 0 };
    const world = await EjectionWorld.open({ reconnect });
    world.stage.service(A).answer = () => world.stage.service(A).kill();
    await world.callInTurn(400);
    expect(world.ejectionOf(A).count).toBe(1);
  });
});

describe('what says nothing', () => {
  it('is a rejected call', async () => {
    const world = await EjectionWorld.open({ maxAttempts: 1 });
    world.stage.service(A).answer = (stream) => stream.reject(1, 'overloaded');
    await world.callInTurn(200);
    expect(world.ejectionOf(A).count).toBe(0);
  });

  it('is a cancelled call', async () => {
    const world = await EjectionWorld.open();
    world.stage.service(A).hold();
    for (let call = 0; call < 100; call++) {
      const sink = world.stage.call();
      await world.stage.settle();
      sink.call.cancel();
    }
    expect(world.ejectionOf(A).count).toBe(0);
  });
});

describe('a success rate', () => {
  it('that is worse than that of the others ejects', async () => {
    const world = await EjectionWorld.open({
      ejection: { ...EJECTION, windowMs: 2_000, minCalls: 50, deviations: 4 },
    });
    let calls = 0;
    world.stage.service(A).answer = (stream) =>
      calls++ % 3 === 0 ? stream.fail('no') : stream.respond('yes');
    await world.callInTurn(2_000);
    expect(world.ejectionOf(A)).toMatchObject({ cause: 'successRate', count: 1 });
  });

  it('is not looked at for fewer calls than minCalls', async () => {
    const world = await EjectionWorld.open({
      ejection: { ...EJECTION, windowMs: 2_000, minCalls: 5_000 },
    });
    let calls = 0;
    world.stage.service(A).answer = (stream) =>
      calls++ % 3 === 0 ? stream.fail('no') : stream.respond('yes');
    await world.callInTurn(2_000);
    expect(world.ejectionOf(A).count).toBe(0);
  });
});
