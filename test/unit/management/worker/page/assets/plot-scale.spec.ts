import { describe, expect, it } from 'vitest';
import { heightOf } from '../../../../../../lib/management/worker/page/assets/connection-strip.js';
import {
  scaleOf,
  timeScaleOf,
} from '../../../../../../lib/management/worker/page/assets/plot-scale.js';

describe('the scale of a plot', () => {
  it('goes from zero to a little above the greatest value', () => {
    expect(scaleOf([[1, null, 10], [2]], [])[1]).toBeCloseTo(11);
    expect(scaleOf([[null]], [])).toEqual([0, 1]);
    expect(scaleOf([[]], [])).toEqual([0, 1]);
  });

  it('takes a limit in when something comes near it', () => {
    expect(scaleOf([[30]], [[100]])[1]).toBeCloseTo(110);
    expect(scaleOf([[10]], [[1_000]])[1]).toBeCloseTo(11);
  });

  it('shows the time there is, between one and five minutes', () => {
    expect(timeScaleOf([])).toEqual([-60, 0]);
    expect(timeScaleOf([1_000, 1_010])).toEqual([950, 1_010]);
    expect(timeScaleOf([1_000, 1_100])).toEqual([1_000, 1_100]);
    expect(timeScaleOf([1_000, 2_000])).toEqual([1_700, 2_000]);
  });
});

describe('the height of a load', () => {
  it('is full at the high watermark and empty without a call', () => {
    expect(heightOf(0, 1_000)).toBe(0);
    expect(heightOf(1_000, 1_000)).toBe(1);
    expect(heightOf(5_000, 1_000)).toBe(1);
  });

  it('can be seen when it is small', () => {
    expect(heightOf(2, 1_000)).toBeGreaterThan(0.1);
  });
});
