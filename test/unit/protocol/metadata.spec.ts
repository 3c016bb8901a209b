import { describe, expect, it } from 'vitest';
import { isMetadata, toMetadata } from '../../../lib/protocol/metadata.js';

describe('metadata', () => {
  it('is an object of keys', () => {
    expect([{}, { a: 1 }].every(isMetadata)).toBe(true);
    expect([[], null, undefined, 'a', 1].some(isMetadata)).toBe(false);
  });

  it('has no prototype, and no key has a meaning of its own', () => {
    const metadata = toMetadata(
      JSON.parse('{"__proto__":{"isAdmin":true},"a":1}') as Record<string, unknown>,
    );
    expect(Object.getPrototypeOf(metadata)).toBe(null);
    expect(Object.keys(metadata)).toEqual(['__proto__', 'a']);
    expect((metadata as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });
});
