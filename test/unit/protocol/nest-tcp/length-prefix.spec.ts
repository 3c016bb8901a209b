import { describe, expect, it } from 'vitest';
import { LengthPrefix } from '../../../../lib/protocol/nest-tcp/length-prefix.js';

const read = (text: string, prefix = new LengthPrefix()): number =>
  prefix.read(Buffer.from(text), 0);

describe('LengthPrefix', () => {
  it.each([
    ['1#', 1],
    ['35#{', 35],
    ['000000007#', 7],
    ['999999999#', 999_999_999],
  ])('reads %s', (text, value) => {
    const prefix = new LengthPrefix();
    expect(read(text, prefix)).toBe(text.indexOf('#') + 1);
    expect(prefix.value).toBe(value);
    expect(prefix.length).toBe(0);
  });

  it('goes on where a chunk ended, and starts afresh for the next message', () => {
    const prefix = new LengthPrefix();
    expect(read('1', prefix)).toBe(-1);
    expect(read('23', prefix)).toBe(-1);
    expect(prefix.length).toBe(3);
    expect(read('#', prefix)).toBe(1);
    expect(prefix.value).toBe(123);
    read('4#', prefix);
    expect(prefix.value).toBe(4);
  });

  it.each([
    '#',
    '0#',
    '000#',
    '-1#',
    '+1#',
    ' 1#',
    '1 #',
    '1.5#',
    '1e3#',
    '0x5#',
    'abc',
    '1234567890#',
    '{"a":1}',
    '\n5#',
  ])('refuses %j', (text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'PROTOCOL_ERROR' }));
  });
});
