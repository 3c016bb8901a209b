import { describe, expect, it } from 'vitest';
import {
  countsBetween,
  quantile,
  sumOfCounts,
} from '../../../../../../lib/management/worker/page/assets/durations.js';

const BOUNDS_MS = [1, 2, 4];

describe('quantiles from buckets', () => {
  it('lie within the bucket in proportion', () => {
    expect(quantile([0, 10, 0, 0], BOUNDS_MS, 0.5)).toBe(1.5);
    expect(quantile([10, 0, 0, 0], BOUNDS_MS, 0.5)).toBe(0.5);
    expect(quantile([50, 0, 50, 0], BOUNDS_MS, 0.99)).toBeCloseTo(3.96);
  });

  it('are the last bound for what is beyond it', () => {
    expect(quantile([0, 0, 0, 3], BOUNDS_MS, 0.5)).toBe(4);
  });

  it('are not known without a call', () => {
    expect(quantile([0, 0, 0, 0], BOUNDS_MS, 0.5)).toBeNull();
    expect(quantile([], BOUNDS_MS, 0.5)).toBeNull();
  });
});

describe('counts between two moments', () => {
  it('are the difference', () => {
    expect(countsBetween([5, 3], [4, 3])).toEqual([1, 0]);
    expect(countsBetween([5, 3], undefined)).toEqual([5, 3]);
  });

  it('begin anew when a count went down, as after a restart', () => {
    expect(countsBetween([1, 9], [4, 3])).toEqual([1, 9]);
  });

  it('are added bucket by bucket', () => {
    expect(sumOfCounts([[1, 2], [3], []])).toEqual([4, 2]);
  });
});
