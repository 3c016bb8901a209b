import { describe, expect, it } from 'vitest';
import { LittlesLaw } from '../../../lib/metrics/littles-law.js';

/** Even traffic: `perSecond` calls of `responseMs` each. */
function run(
  law: LittlesLaw,
  fromMs: number,
  toMs: number,
  traffic: { perSecond: number; responseMs: number },
) {
  const everyMs = 1_000 / traffic.perSecond;
  for (let now = fromMs; now < toMs; now += everyMs) law.settled(traffic.responseMs, now);
}

describe('LittlesLaw', () => {
  it('says how many calls are in flight: arrival rate times response time', () => {
    const law = new LittlesLaw(0);
    run(law, 0, 9_999, { perSecond: 500, responseMs: 40 });
    const measured = law.snapshot(9_999, 8);
    expect(measured.arrivalRatePerSecond).toBeCloseTo(500, 0);
    expect(measured.meanResponseMs).toBeCloseTo(40);
    expect(measured.concurrency).toBeCloseTo(20, 1);
    expect(measured.recommendedConnections).toBe(3);
    // 20 on average, up to 20 + 3 × √20 at times.
    expect(measured.recommendedMaxConnections).toBe(5);
  });

  it('recommends one connection for any traffic, none without', () => {
    const law = new LittlesLaw(0);
    expect(law.snapshot(5_000, 100).recommendedConnections).toBe(0);
    law.settled(3, 5_000);
    expect(law.snapshot(5_000, 100).recommendedConnections).toBe(1);
  });

  it('follows the traffic, and forgets it when it ends', () => {
    const law = new LittlesLaw(0);
    run(law, 0, 10_000, { perSecond: 1_000, responseMs: 100 });
    run(law, 10_000, 22_000, { perSecond: 100, responseMs: 10 });
    expect(law.snapshot(22_000, 10).arrivalRatePerSecond).toBeCloseTo(100, 0);
    expect(law.snapshot(22_000, 10).concurrency).toBeCloseTo(1, 1);
    expect(law.snapshot(40_000, 10)).toEqual({
      arrivalRatePerSecond: 0,
      meanResponseMs: 0,
      concurrency: 0,
      recommendedConnections: 0,
      recommendedMaxConnections: 0,
    });
  });

  it('does not take the first calls of a second for a high rate', () => {
    const law = new LittlesLaw(0);
    for (let call = 0; call < 10; call++) law.settled(1, 2);
    expect(law.snapshot(2, 10).arrivalRatePerSecond).toBe(10);
  });

  it('does not take the end of an hour-long stream for a crowd', () => {
    const law = new LittlesLaw(0);
    law.settled(3_600_000, 3_600_000);
    expect(law.snapshot(3_600_000, 10).concurrency).toBeLessThanOrEqual(1);
  });
});
