import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patternText } from '../../../lib/client/pattern-text.js';

describe('the text of a pattern', () => {
  it('is its JSON, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (pattern) => {
        expect(patternText(pattern)).toBe(JSON.stringify(pattern));
        expect(patternText(pattern)).toBe(JSON.stringify(pattern));
      }),
    );
  });

  it('is kept apart by key and by text, quotes and all', () => {
    for (let round = 0; round < 2; round++) {
      expect(patternText({ cmd: 'sum' })).toBe('{"cmd":"sum"}');
      expect(patternText({ cmd: 'a"b' })).toBe('{"cmd":"a\\"b"}');
      expect(patternText({ 'a"b': 'sum' })).toBe('{"a\\"b":"sum"}');
      expect(patternText({ event: 'sum' })).toBe('{"event":"sum"}');
    }
  });

  it('stays right when ever new patterns are made up', () => {
    for (let id = 0; id < 5_000; id++) {
      expect(patternText({ cmd: `find-${id}` })).toBe(`{"cmd":"find-${id}"}`);
      expect(patternText({ [`key-${id}`]: 'x' })).toBe(`{"key-${id}":"x"}`);
    }
  });

  it.each([
    ['toJSON', { toJSON: () => ({ cmd: 'other' }) }, '{"cmd":"other"}'],
    [
      'a class',
      new (class Pattern {
        cmd = 'sum';
        toJSON() {
          return 'text';
        }
      })(),
      '"text"',
    ],
    ['a key that is inherited', Object.create({ cmd: 'sum' }), '{}'],
    ['a key named __proto__', JSON.parse('{"__proto__":"x"}'), '{"__proto__":"x"}'],
    ['a text made an object', { cmd: new String('sum') }, '{"cmd":"sum"}'],
    ['undefined', { cmd: undefined }, '{}'],
  ])('follows JSON.stringify for %s', (_what, pattern, text) => {
    expect(patternText(pattern)).toBe(text);
  });
});
