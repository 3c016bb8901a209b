import { describe, expect, it } from 'vitest';
import {
  encodeJson,
  isBytes,
  jsonCodec,
  keepBytes,
  rawCodec,
} from '../../../lib/protocol/payload-codec.js';

describe('the JSON codec', () => {
  it('writes what JSON.stringify writes', () => {
    const value = {
      own: { toJSON: () => 'its own' },
      nothing: undefined,
      nan: NaN,
      buffer: Buffer.from('a'),
    };
    expect(jsonCodec.encode(value)).toBe(JSON.stringify(value));
    expect(jsonCodec.encode(undefined)).toBeUndefined();
  });

  it('reads a stretch of bytes that belong to somebody else', () => {
    const bytes = Buffer.from('xx{"a":"ü"}yy');
    expect(jsonCodec.decode(bytes, 2, bytes.length - 2)).toEqual({ a: 'ü' });
  });

  it('tells what could not be encoded and why', () => {
    const circular: unknown[] = [];
    circular.push(circular);
    expect(() => encodeJson('the reply', circular)).toThrow(
      /^the reply cannot be encoded: .*circular/,
    );
    expect(() => encodeJson('it', circular)).toThrow(
      expect.objectContaining({ code: 'UNSERIALIZABLE_PAYLOAD', processed: 'no' }),
    );
  });
});

describe('the raw codec', () => {
  it('is for Buffer and Uint8Array, and nothing else', () => {
    expect([Buffer.alloc(1), new Uint8Array(1)].every(isBytes)).toBe(true);
    expect(
      [
        new Uint16Array(1),
        new ArrayBuffer(1),
        new DataView(new ArrayBuffer(1)),
        'a',
        null,
        [1],
      ].some(isBytes),
    ).toBe(false);
  });

  it('gives the bytes on as they are', () => {
    const bytes = Uint8Array.of(1, 2);
    expect(rawCodec.encode(bytes)).toBe(bytes);
    expect(rawCodec.decode(Buffer.from([9, 1, 2, 9]), 1, 3)).toEqual(Buffer.of(1, 2));
  });

  it('copies a small part of a chunk, so that the chunk is not held by it', () => {
    const chunk = Buffer.alloc(65_536);
    const kept = keepBytes(chunk, 10, 20);
    expect(kept.buffer).not.toBe(chunk.buffer);
    expect(kept).toEqual(Buffer.alloc(10));
  });

  it('keeps a view of a chunk of which it is most', () => {
    const chunk = Buffer.alloc(65_536);
    const kept = keepBytes(chunk, 12, 65_536);
    expect(kept.buffer).toBe(chunk.buffer);
    expect(kept).toHaveLength(65_524);
  });
});
