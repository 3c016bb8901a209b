import { describe, expect, it } from 'vitest';
import { LineLimit, oneLine } from '../../../lib/common/line-limit.js';
import { ManualClock } from '../../support/manual-clock.js';

describe('a line limit', () => {
  it('lets so many lines through, and counts the rest', () => {
    const clock = new ManualClock();
    const limit = new LineLimit(clock, { maxLines: 2, windowMs: 1_000 });

    expect([1, 2, 3, 4].map((line) => limit.admit(String(line)))).toEqual([
      '1',
      '2',
      undefined,
      undefined,
    ]);
    clock.advance(1_000);
    expect(limit.admit('5')).toBe('5 (2 lines before this one were left out)');
    expect(limit.admit('6')).toBe('6');
  });
});

describe('one line', () => {
  it('has no control characters, and is cut', () => {
    expect(oneLine('a\r\nb\tc', 100)).toBe('a b c');
    expect(oneLine('abcdef', 3)).toBe('abc…');
  });
});
