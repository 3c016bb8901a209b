import { describe, expect, it } from 'vitest';
import { writeText } from '../../../lib/protocol/text.js';
import { WriteBuffer } from '../../../lib/protocol/write-buffer.js';

const contents = (out: WriteBuffer): string => Buffer.concat(out.chunks()).toString();

describe('WriteBuffer', () => {
  it('keeps the order of what was copied and what was not', () => {
    const out = new WriteBuffer();
    const chunk = Buffer.from('[chunk]');
    writeText('a', out);
    out.appendChunk(chunk);
    writeText('b', out);
    out.appendChunk(chunk);
    out.appendChunk(chunk);
    writeText('c', out);
    expect(out.isSingle).toBe(false);
    expect(out.length).toBe(24);
    expect(contents(out)).toBe('a[chunk]b[chunk][chunk]c');
    expect(out.chunks()[1]).toBe(chunk);
  });

  it('is one piece as long as nothing stands between', () => {
    const out = new WriteBuffer();
    writeText('one piece', out);
    expect(out.isSingle).toBe(true);
    expect(Buffer.from(out.single()).toString()).toBe('one piece');
  });

  it('keeps everything when it grows, chunks before it included', () => {
    const out = new WriteBuffer();
    writeText('x'.repeat(10_000), out);
    out.appendChunk(Buffer.from('|'));
    for (let count = 0; count < 10; count++) writeText('y'.repeat(10_000), out);
    expect(contents(out)).toBe(`${'x'.repeat(10_000)}|${'y'.repeat(100_000)}`);
  });

  it('forgets what was written since a mark', () => {
    const out = new WriteBuffer();
    writeText('kept', out);
    const mark = out.mark();
    writeText('z'.repeat(100_000), out);
    out.rewind(mark);
    expect(contents(out)).toBe('kept');
  });

  it('uses its memory again only when the kernel has it all', () => {
    const out = new WriteBuffer();
    const first = out.bytes;
    writeText('a', out);
    out.clear(true);
    expect(out.length).toBe(0);
    expect(out.bytes).toBe(first);
    writeText('b', out);
    out.clear(false);
    expect(out.bytes).not.toBe(first);
    expect(out.isSingle).toBe(true);
  });

  it('lets go of memory that one large turn has taken', () => {
    const out = new WriteBuffer();
    writeText('x'.repeat(1_000_000), out);
    out.clear(true);
    expect(out.bytes.length).toBeLessThan(100_000);
  });
});
