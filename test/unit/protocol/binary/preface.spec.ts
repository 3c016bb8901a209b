import { describe, expect, it } from 'vitest';
import { checkPreface } from '../../../../lib/protocol/binary/preface.js';
import { sniff } from '../../../../lib/protocol/sniff.js';
import { bytesOf, readVectors } from '../../../support/vectors.js';

const preface = bytesOf(readVectors('preface')[0]!);

describe('the preface', () => {
  it('is what is sniffed for', () => {
    expect(sniff(preface)).toBe('binary');
  });

  it('is good as far as it has come', () => {
    for (let length = 0; length <= preface.length; length++) {
      expect(() => checkPreface(preface.subarray(0, length), 0)).not.toThrow();
    }
  });

  it.each([
    ['HTTP/1.1 400', /speaks HTTP: its first bytes are 48 54 54 50/],
    ['35#{"a":1}', /speaks the stock Nest TCP protocol/],
    ['\u0016\u0003\u0001', /speaks TLS/],
    ['???', /speaks another protocol/],
  ])('says what %j speaks instead', (text, message) => {
    expect(() => checkPreface(Buffer.from(text), 0)).toThrow(
      expect.objectContaining({ code: 'HANDSHAKE_FAILED' }),
    );
    expect(() => checkPreface(Buffer.from(text), 0)).toThrow(message);
  });

  it('says which versions there are', () => {
    const other = Buffer.from(preface);
    other[6] = 9;
    expect(() => checkPreface(other, 0)).toThrow(/version 9 .* version 1/);
  });
});
