import { describe, expect, it } from 'vitest';
import { hashText, mixHashes } from '../../../lib/common/hash.js';

describe('the hash of a text', () => {
  it('is the same in every version: what was placed by it stays where it is', () => {
    expect([hashText(''), hashText('a'), hashText('tcp://10.0.0.7:4000')]).toEqual([
      0xab3e7c0b, 0x1a80b1b3, 0xbab0a793,
    ]);
  });

  it('differs for texts that hardly differ, in all its bits', () => {
    const hashes = Array.from({ length: 1_000 }, (_, index) => hashText(`key ${index}`));
    expect(new Set(hashes).size).toBe(1_000);
    for (let bit = 0; bit < 32; bit++) {
      const set = hashes.filter((hash) => (hash >>> bit) & 1).length;
      expect(set, `bit ${bit}`).toBeGreaterThan(400);
      expect(set, `bit ${bit}`).toBeLessThan(600);
    }
  });

  it('mixes with another, in this order', () => {
    expect(mixHashes(1, 2)).not.toBe(mixHashes(2, 1));
    expect(mixHashes(1, 2)).toBe(mixHashes(1, 2));
  });
});
