import { describe, expect, it } from 'vitest';
import { readText, truncateText, writeText } from '../../../lib/protocol/text.js';
import { WriteBuffer } from '../../../lib/protocol/write-buffer.js';

const TEXTS = [
  '',
  'a',
  'sixteen letters.',
  'seventeen letters',
  'ü',
  'short €',
  '😀',
  'x'.repeat(3000),
  'ü€😀'.repeat(1000),
];

describe('text on the wire', () => {
  it.each(TEXTS)('is written and read as UTF-8 (%#)', (text) => {
    const out = new WriteBuffer();
    writeText('before', out);
    writeText(text, out);
    const bytes = Buffer.from(out.single());
    expect(bytes).toEqual(Buffer.from(`before${text}`, 'utf8'));
    expect(readText(bytes, 6, bytes.length)).toBe(text);
  });

  it('grows a buffer that is too small for it', () => {
    const out = new WriteBuffer();
    for (let count = 0; count < 3000; count++) writeText('0123456789ü', out);
    expect(Buffer.from(out.single()).toString()).toBe('0123456789ü'.repeat(3000));
  });

  it('writes a lone surrogate as the replacement character', () => {
    const out = new WriteBuffer();
    writeText('\ud83d', out);
    expect(Buffer.from(out.single()).toString()).toBe('\ufffd');
  });
});

describe('truncateText', () => {
  it.each([
    ['short', 1024, 'short'],
    ['abcdef', 4, 'abcd'],
    ['üü', 3, 'ü'],
    ['a😀', 4, 'a'],
    ['a😀', 5, 'a😀'],
    ['😀', 0, ''],
  ])('cuts %j to %i bytes between characters', (text, maxBytes, expected) => {
    expect(truncateText(text, maxBytes)).toBe(expected);
  });

  it('cuts to at most the given bytes, whatever the characters', () => {
    const text = 'a€😀ü'.repeat(500);
    for (let maxBytes = 1000; maxBytes < 1020; maxBytes++) {
      const cut = truncateText(text, maxBytes);
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(maxBytes);
      expect(Buffer.byteLength(cut)).toBeGreaterThan(maxBytes - 4);
      expect(text.startsWith(cut)).toBe(true);
      expect(cut).not.toMatch(/[\ud800-\udbff]$/);
    }
  });
});
