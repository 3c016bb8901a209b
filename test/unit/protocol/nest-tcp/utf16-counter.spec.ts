import { describe, expect, it } from 'vitest';
import { Utf16Counter } from '../../../../lib/protocol/nest-tcp/utf16-counter.js';

/** Where a text ends in its bytes and what follows, given in pieces of one size; counted from the start. */
function endOf(text: string, size: number): number {
  const bytes = Buffer.from(`${text}ü behind`);
  const counter = new Utf16Counter();
  counter.start(text.length);
  for (let at = 0; at < bytes.length; at += size) {
    const end = counter.scan(bytes.subarray(at, at + size), 0);
    if (end !== -1) return at + end;
  }
  return -1;
}

describe('Utf16Counter', () => {
  it.each([
    'a',
    'ü',
    '€',
    '😀',
    'aü€😀',
    '😀😀',
    'x'.repeat(1000),
    `${'x'.repeat(300)}ü${'y'.repeat(300)}`,
    'ü€😀'.repeat(100),
  ])('finds the end of a text however it is cut (%#)', (text) => {
    for (let size = 1; size < 20; size++) expect(endOf(text, size)).toBe(Buffer.byteLength(text));
    expect(endOf(text, 1_000_000)).toBe(Buffer.byteLength(text));
  });

  it('tells whether it was ASCII', () => {
    const counter = new Utf16Counter();
    counter.start(500);
    counter.scan(Buffer.from('x'.repeat(500)), 0);
    expect(counter.isAscii).toBe(true);
    counter.start(500);
    counter.scan(Buffer.from(`${'x'.repeat(499)}ü`), 0);
    expect(counter.isAscii).toBe(false);
  });

  it('refuses a length that ends within a surrogate pair', () => {
    const counter = new Utf16Counter();
    counter.start(2);
    expect(() => counter.scan(Buffer.from('a😀'), 0)).toThrow(/within a surrogate pair/);
  });
});
