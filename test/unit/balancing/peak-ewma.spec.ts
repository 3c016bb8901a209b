import { describe, expect, it } from 'vitest';
import { peakEwmaMeter } from '../../../lib/balancing/load-meter.js';
import { PeakEwma } from '../../../lib/balancing/peak-ewma.js';
import { testNode } from '../../support/balanced-nodes.js';
import { ManualClock } from '../../support/manual-clock.js';

const DECAY_MS = 1_000;

describe('the peak EWMA of a latency', () => {
  it('is 0 before the first observation', () => {
    expect(new PeakEwma(DECAY_MS).at(5_000)).toBe(0);
  });

  it('takes a longer time over at once', () => {
    const latency = new PeakEwma(DECAY_MS);
    latency.observe(10, 0);
    latency.observe(200, 1);
    expect(latency.at(1)).toBe(200);
  });

  it('falls to shorter times by as much as time has passed', () => {
    const latency = new PeakEwma(DECAY_MS);
    latency.observe(100, 0);
    latency.observe(10, 0);
    expect(latency.at(0)).toBe(100);
    latency.observe(10, DECAY_MS);
    expect(latency.at(DECAY_MS)).toBeCloseTo(10 + 90 / Math.E, 9);
  });

  it('falls without observations as well, so that nobody is slow for ever', () => {
    const latency = new PeakEwma(DECAY_MS);
    latency.observe(100, 0);
    expect(latency.at(DECAY_MS)).toBeCloseTo(100 / Math.E, 9);
    expect(latency.at(20 * DECAY_MS)).toBeLessThan(0.001);
  });

  it('is not improved by a failure, however quick', () => {
    const latency = new PeakEwma(DECAY_MS);
    latency.observe(100, 0);
    latency.observe(1, DECAY_MS, true);
    expect(latency.at(DECAY_MS)).toBeCloseTo(100 / Math.E, 9);
    latency.observe(500, DECAY_MS, true);
    expect(latency.at(DECAY_MS)).toBe(500);
  });

  it('does not fall behind a clock that is read once per turn', () => {
    const latency = new PeakEwma(DECAY_MS);
    latency.observe(100, 50);
    expect(latency.at(40)).toBe(100);
  });
});

describe('the load by peak EWMA', () => {
  const meter = peakEwmaMeter(new ManualClock());
  const answered = (durationMs: number): PeakEwma => {
    const latency = new PeakEwma(DECAY_MS);
    latency.observe(durationMs, 1_000);
    return latency;
  };

  it('is the latency for each call in flight, and for the one that joins', () => {
    expect(meter(testNode('a', { latency: answered(20), pending: 0 }))).toBe(20);
    expect(meter(testNode('a', { latency: answered(20), pending: 3 }))).toBe(80);
  });

  it('lets a node that never answered have one call, and no more while there are others', () => {
    const slow = meter(testNode('slow', { latency: answered(5_000), pending: 10 }));
    const fresh = new PeakEwma(DECAY_MS);
    expect(meter(testNode('new', { latency: fresh }))).toBe(0);
    expect(meter(testNode('new', { latency: fresh, pending: 1 }))).toBeGreaterThan(slow);
    expect(meter(testNode('untimed', { pending: 2 }))).toBeGreaterThan(slow);
  });
});
