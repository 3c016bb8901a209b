import { describe, expect, it } from 'vitest';
import { LineLimit } from '../../../lib/client/line-limit.js';
import { ManualClock } from '../../support/manual-clock.js';

describe('LineLimit', () => {
  it('lets so many lines pass per window, and says how many it left out', () => {
    const clock = new ManualClock();
    const limit = new LineLimit(clock, { maxLines: 2, windowMs: 1_000 });
    expect([1, 2, 3, 4].map((line) => limit.admit(`line ${line}`))).toEqual([
      'line 1',
      'line 2',
      undefined,
      undefined,
    ]);
    clock.advance(1_000);
    expect(limit.admit('line 5')).toBe('line 5 (2 lines before this one were left out)');
    expect(limit.admit('line 6')).toBe('line 6');
  });
});
