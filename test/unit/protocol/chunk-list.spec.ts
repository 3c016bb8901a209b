import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../lib/common/random.js';
import { ChunkList } from '../../../lib/protocol/chunk-list.js';

const numbered = (length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, index) => index % 251));

describe('ChunkList', () => {
  it('gives back as one piece what was added in pieces of any size', () => {
    const random = seededRandom(3);
    const source = numbered(200_000);
    const list = new ChunkList();
    let at = 0;
    while (at < source.length) {
      const size = Math.ceil(random() ** 4 * 40_000);
      const chunk = Buffer.from(source.subarray(at, at + size));
      list.append(chunk, 0, chunk.length);
      at += chunk.length;
      expect(list.length).toBe(at);
    }
    expect(list.take().equals(source)).toBe(true);
    expect(list.length).toBe(0);
    expect(list.take()).toHaveLength(0);
  });

  it('takes a stretch of a chunk and does not mind when the rest of it changes', () => {
    const list = new ChunkList();
    const chunk = numbered(65_536);
    list.append(chunk, 10, 20);
    chunk.fill(0);
    expect(list.take()).toEqual(numbered(20).subarray(10));
  });

  it('keeps a large chunk as it is', () => {
    const list = new ChunkList();
    const chunk = numbered(8192);
    list.append(chunk, 0, chunk.length);
    expect(list.take().buffer).toBe(chunk.buffer);
  });

  it('does not hold a chunk for a few bytes of it', () => {
    const list = new ChunkList();
    list.append(numbered(65_536), 65_530, 65_536);
    expect(list.take().buffer.byteLength).toBeLessThan(1024);
  });

  it('holds single bytes in little more memory than they need', () => {
    const lists = Array.from({ length: 20 }, () => new ChunkList());
    const byte = Buffer.of(1);
    const before = process.memoryUsage();
    for (const list of lists) for (let count = 0; count < 50_000; count++) list.append(byte, 0, 1);
    const after = process.memoryUsage();
    const used = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    expect(lists.reduce((sum, list) => sum + list.length, 0)).toBe(1_000_000);
    expect(used).toBeLessThan(20_000_000);
  });

  it('can be used again after it was cleared', () => {
    const list = new ChunkList();
    list.append(Buffer.from('abc'), 0, 3);
    list.clear();
    list.append(Buffer.from('def'), 1, 3);
    expect(list.take().toString()).toBe('ef');
  });
});
