import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { ArrivingLink } from '../../../lib/acceptor/arriving-link.js';
import { LinkRecorder } from '../../support/link-recorder.js';
import { MemoryLinkPair } from '../../support/memory-link-pair.js';

const MAGIC = Buffer.from('f54e53500d0a', 'hex');

function arrive() {
  const pair = new MemoryLinkPair();
  const dialects: string[] = [];
  const gone: (Error | undefined)[] = [];
  const recorder = new LinkRecorder();
  const link: ArrivingLink = new ArrivingLink(pair.server, {
    onDialect: (dialect, firstBytes) => {
      dialects.push(`${dialect}: ${firstBytes.toString('latin1')}`);
      link.start(recorder);
    },
    onGone: (error) => gone.push(error),
  });
  link.arrive();
  pair.client.start(new LinkRecorder());
  return { pair, link, recorder, dialects, gone };
}

describe('an arriving link', () => {
  it('tells what the peer speaks, with the bytes that said so', () => {
    const { pair, dialects, recorder } = arrive();
    pair.client.write(Buffer.from('12#{'));
    pair.deliver();

    expect(dialects).toEqual(['nest-tcp: 12#{']);
    expect(recorder.chunks).toEqual([]);
  });

  it('waits for as many bytes as it takes', () => {
    const { pair, dialects } = arrive();
    pair.toServer.splitBytes = 1;
    pair.client.write(MAGIC);
    pair.deliver();

    expect(dialects).toEqual([`binary: ${MAGIC.toString('latin1')}`]);
  });

  it('is the link itself from then on', () => {
    const { pair, link, recorder } = arrive();
    pair.client.write(Buffer.from('1'));
    pair.deliver();
    pair.client.write(Buffer.from('#{}'));
    pair.client.end();
    pair.deliver();

    expect(recorder.text).toBe('#{}');
    expect(recorder.ends).toBe(1);
    link.destroy();
    pair.deliver();
    expect(recorder.closes).toEqual([undefined]);
    expect(link.isClosed).toBe(true);
    expect(link.bytesRead).toBe(4);
  });

  it('that closes before says so, and lets go of its descriptor', () => {
    const { pair, dialects, gone } = arrive();
    pair.client.end();
    pair.deliver();

    expect(dialects).toEqual([]);
    expect(gone).toEqual([undefined]);
    expect(pair.server.isClosed).toBe(true);
  });
});
