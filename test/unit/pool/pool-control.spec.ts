import { describe, expect, it } from 'vitest';
import { A, B, PoolStage } from '../../support/pool-stage.js';

const BOTH = { services: [A, B] };

/** Connections per endpoint, as the snapshot shows them. */
function connectionsOf(stage: PoolStage): number[] {
  return stage.pool.snapshot().endpoints.map((each) => each.connections.length);
}

function inFlightOf(stage: PoolStage): number[] {
  return stage.pool.snapshot().endpoints.map((each) => each.inFlight);
}

describe('the control of a pool', () => {
  it('opens and retires connections when the limits change', async () => {
    const stage = await PoolStage.ready();
    stage.pool.control.resize({ minConnections: 3 });
    await stage.advance(1_000);
    expect(connectionsOf(stage)).toEqual([3]);
    stage.pool.control.resize({ minConnections: 1 });
    await stage.advance(40_000);
    expect(connectionsOf(stage)).toEqual([1]);
    await Promise.all([stage.pool.close(), stage.settle()]);
  });

  it('refuses limits that do not fit together, and changes nothing', async () => {
    const stage = await PoolStage.ready();
    expect(() => stage.pool.control.resize({ minConnections: 9 })).toThrow(/minConnections: 9/);
    expect(() => stage.pool.control.resize({ highWatermark: 1 })).toThrow(/lowWatermark/);
    expect(stage.pool.control.sizing.minConnections).toBe(1);
    await Promise.all([stage.pool.close(), stage.settle()]);
  });

  it('sends no calls to an endpoint that drains, and closes it, until it is readmitted', async () => {
    const stage = await PoolStage.ready({}, BOTH);
    const [first] = stage.pool.snapshot().endpoints;
    stage.pool.control.apply(first!.address, 'drain');
    await stage.advance(2_000);
    expect(connectionsOf(stage)).toEqual([0, 1]);
    stage.pool.control.apply(first!.address, 'readmit');
    await stage.advance(3_000);
    expect(connectionsOf(stage)).toEqual([1, 1]);
    await Promise.all([stage.pool.close(), stage.settle()]);
  });

  it('sends calls to an ejected endpoint only where no other takes them', async () => {
    const stage = await PoolStage.ready({}, BOTH);
    const [first] = stage.pool.snapshot().endpoints;
    stage.pool.control.apply(first!.address, 'eject');
    for (let call = 0; call < 20; call++) stage.call();
    expect(inFlightOf(stage)).toEqual([0, 20]);
    stage.pool.control.apply(first!.address, 'readmit');
    for (let call = 0; call < 20; call++) stage.call();
    expect(inFlightOf(stage)[0]).toBeGreaterThan(10);
    await Promise.all([stage.pool.close(0), stage.settle()]);
  });

  it('gives an endpoint another share of the calls', async () => {
    const stage = await PoolStage.ready({}, BOTH);
    const [first] = stage.pool.snapshot().endpoints;
    stage.pool.control.apply(first!.address, 'weight', 3);
    for (let call = 0; call < 80; call++) stage.call();
    expect(inFlightOf(stage)[0]).toBeGreaterThan(50);
    await Promise.all([stage.pool.close(0), stage.settle()]);
  });

  it('names the endpoint it does not know, and the weight that is none', async () => {
    const stage = await PoolStage.ready();
    const [only] = stage.pool.snapshot().endpoints;
    expect(() => stage.pool.control.apply('tcp://nowhere:1', 'eject')).toThrow(/no endpoint 'tcp:/);
    expect(() => stage.pool.control.apply(only!.address, 'weight', -1)).toThrow(/weight: -1/);
    await Promise.all([stage.pool.close(), stage.settle()]);
  });
});
