import { describe, expect, it } from 'vitest';
import { PatternCache } from '../../../../lib/protocol/binary/pattern-cache.js';

const textOf = (cache: PatternCache, text: string): string => {
  const bytes = Buffer.from(`<${text}>`);
  return cache.textOf(bytes, 1, bytes.length - 1);
};

describe('PatternCache', () => {
  it('reads what stands in the bytes, cached or not', () => {
    const cache = new PatternCache();
    for (const text of ['sum', 'ü€😀', '', 'sum', 'x'.repeat(500), 'x'.repeat(500)])
      expect(textOf(cache, text)).toBe(text);
  });

  it('tells patterns apart that share a slot', () => {
    const cache = new PatternCache();
    const texts = Array.from({ length: 20_000 }, (_, index) => `pattern.${index}`);
    for (const text of texts) expect(textOf(cache, text)).toBe(text);
    for (const text of texts) expect(textOf(cache, text)).toBe(text);
  });

  it('does not mind when the bytes it has read change', () => {
    const cache = new PatternCache();
    const bytes = Buffer.from('abc');
    expect(cache.textOf(bytes, 0, 3)).toBe('abc');
    bytes.write('abd');
    expect(cache.textOf(bytes, 0, 3)).toBe('abd');
    expect(textOf(cache, 'abc')).toBe('abc');
  });

  it('writes UTF-8 and keeps the bytes of patterns that come again', () => {
    const cache = new PatternCache();
    const bytes = cache.bytesOf('sümme');
    expect(Buffer.from(bytes).toString()).toBe('sümme');
    expect(cache.bytesOf('sümme')).toBe(bytes);
    for (let count = 0; count < 3000; count++) cache.bytesOf(`other.${count}`);
    expect(Buffer.from(cache.bytesOf('sümme')).toString()).toBe('sümme');
    expect(Buffer.from(cache.bytesOf('y'.repeat(500))).toString()).toBe('y'.repeat(500));
  });
});
