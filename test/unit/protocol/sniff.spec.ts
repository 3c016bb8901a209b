import { describe, expect, it } from 'vitest';
import { sniff } from '../../../lib/protocol/sniff.js';

const MAGIC = [0xf5, 0x4e, 0x53, 0x50, 0x0d, 0x0a];

describe('sniff', () => {
  it.each([
    ['binary', [...MAGIC, 1, 0]],
    ['binary', MAGIC],
    ['nest-tcp', [...Buffer.from('35#{"pattern"')]],
    ['nest-tcp', [0x30]],
    ['nest-tcp', [0x39]],
    ['tls', [0x16, 0x03, 0x01]],
    ['http', [...Buffer.from('GET / HTTP/1.1')]],
    ['http', [...Buffer.from('PRI * HTTP/2.0')]],
    ['unknown', [0xf5, 0x4e, 0x53, 0x51]],
    ['unknown', [0x00, 0x01]],
    ['unknown', [...Buffer.from('{"pattern":1}')]],
    ['unknown', [0xff]],
  ])('takes for %s what begins like it', (expected, bytes) => {
    expect(sniff(Uint8Array.from(bytes))).toBe(expected);
  });

  it('needs all of the magic to be sure', () => {
    expect(sniff(new Uint8Array())).toBe('incomplete');
    for (let length = 1; length < MAGIC.length; length++) {
      expect(sniff(Uint8Array.from(MAGIC.slice(0, length)))).toBe('incomplete');
    }
  });

  it('has an answer for every first byte', () => {
    const seen = new Set(Array.from({ length: 256 }, (_, byte) => sniff(Uint8Array.of(byte))));
    expect([...seen].toSorted()).toEqual(['http', 'incomplete', 'nest-tcp', 'tls', 'unknown']);
  });
});
