import { describe, expect, it } from 'vitest';
import { CauseCounts } from '../../../lib/metrics/cause-counts.js';

describe('CauseCounts', () => {
  it('has every cause from the start, and counts each by itself', () => {
    const counts = new CauseCounts(['refused', 'timeout', 'tls']);
    counts.add('timeout');
    counts.add('timeout');
    counts.add('tls');
    expect(counts.snapshot()).toEqual({ refused: 0, timeout: 2, tls: 1 });
  });

  it('gives snapshots that stay as they were', () => {
    const counts = new CauseCounts(['refused']);
    const before = counts.snapshot();
    counts.add('refused');
    expect(before).toEqual({ refused: 0 });
    expect(Object.isFrozen(before)).toBe(true);
  });
});
