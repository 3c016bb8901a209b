import { describe, expect, it } from 'vitest';
import { ServiceFloor } from '../../../lib/resilience/service-floor.js';

describe('the least that work took lately', () => {
  it('is not known at first, and is the quickest afterwards', () => {
    const floor = new ServiceFloor();
    expect(floor.of('a', 0)).toBe(0);
    for (const ms of [30, 20, 40]) floor.took('a', ms, 100);
    expect([floor.of('a', 100), floor.of('b', 100)]).toEqual([20, 0]);
  });

  it('is forgotten after a while, so that it is tried again', () => {
    const floor = new ServiceFloor();
    floor.took('a', 20, 0);
    expect(floor.of('a', 10_000)).toBe(20);
    floor.took('a', 50, 10_001);
    expect(floor.of('a', 19_000)).toBe(20);
    expect(floor.of('a', 20_001)).toBe(50);
    expect(floor.of('a', 60_000)).toBe(0);
  });

  it('is kept for a bounded number of kinds', () => {
    const floor = new ServiceFloor();
    for (let kind = 0; kind < 5_000; kind++) floor.took(String(kind), 10, 0);
    expect([floor.of('999', 0), floor.of('1000', 0)]).toEqual([10, 0]);
  });
});
