import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatMs,
  formatNumber,
  formatRate,
  formatRatio,
  formatSpan,
} from '../../../../../../lib/management/worker/page/assets/format.js';

describe('numbers for people', () => {
  it.each([
    [0, '0'],
    [0.001, '<0.01'],
    [0.1234, '0.12'],
    [1.239, '1.24'],
    [45.67, '45.7'],
    [12_345.6, '12,346'],
  ])('%d is %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it('are dashes where nothing is known', () => {
    for (const format of [formatNumber, formatRate, formatRatio, formatMs, formatSpan, formatBytes])
      for (const nothing of [null, undefined]) expect(format(nothing)).toBe('–');
  });

  it('have their units', () => {
    expect(formatRate(12)).toBe('12/s');
    expect(formatRatio(0.256)).toBe('26 %');
    expect(formatMs(3.21)).toBe('3.21 ms');
    expect(formatMs(3_210)).toBe('3.21 s');
    expect(formatBytes(999)).toBe('999 B');
    expect(formatBytes(131 * 1_048_576)).toBe('131 MiB');
  });

  it.each([
    [-5, '0.0 s'],
    [1_234, '1.2 s'],
    [59_999, '59 s'],
    [61_000, '1 min 1 s'],
    [3_600_000, '1 h 0 min'],
    [49 * 3_600_000, '2 d 1 h'],
  ])('a span of %d ms is %s', (ms, text) => {
    expect(formatSpan(ms)).toBe(text);
  });
});
