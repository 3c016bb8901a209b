import { describe, expect, it } from 'vitest';
import { isTooDeep, MAX_JSON_DEPTH } from '../../../lib/protocol/json-depth.js';

const check = (text: string): boolean => {
  const bytes = Buffer.from(`##${text}##`);
  return isTooDeep(bytes, 2, bytes.length - 2);
};

const arrays = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const objects = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

describe('isTooDeep', () => {
  it.each([arrays, objects])('draws the line at the limit', (nest) => {
    expect(check(nest(MAX_JSON_DEPTH))).toBe(false);
    expect(check(nest(MAX_JSON_DEPTH + 1))).toBe(true);
    expect(check(nest(100_000))).toBe(true);
  });

  it('counts depth, not brackets', () => {
    expect(check(`[${Array.from({ length: 5000 }).fill('[{}]').join(',')}]`)).toBe(false);
  });

  it('takes brackets in strings for text, escapes and all', () => {
    expect(check(`["${'[{'.repeat(3000)}"]`)).toBe(false);
    expect(check(`["${'\\"[\\\\'.repeat(3000)}"]`)).toBe(false);
    expect(check(`["]]]]\\"${arrays(3000)}"]`)).toBe(false);
    expect(check(`["${']'.repeat(3000)}",${arrays(MAX_JSON_DEPTH)}]`)).toBe(true);
    expect(check(`["a\\\\",${arrays(MAX_JSON_DEPTH)}]`)).toBe(true);
  });
});
