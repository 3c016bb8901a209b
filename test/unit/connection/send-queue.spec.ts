import { describe, expect, it } from 'vitest';
import { SendQueue } from '../../../lib/connection/send-queue.js';
import { binaryDialect } from '../../../lib/protocol/binary/binary-dialect.js';
import { FrameType } from '../../../lib/protocol/frame.js';
import { ManualClock } from '../../support/manual-clock.js';
import { MemoryLinkPair } from '../../support/memory-link-pair.js';
import { eventFrame } from '../../support/scripted-client.js';

const LIMITS = { maxMessageBytes: 1024 * 1024, maxMetadataBytes: 1024, maxPatternBytes: 1024 };

class Bench {
  readonly clock = new ManualClock();
  readonly pair = new MemoryLinkPair();
  flushes = 0;
  readonly queue: SendQueue;

  constructor() {
    const { encoder } = binaryDialect.open({ role: 'client', limits: LIMITS });
    this.queue = new SendQueue(this.pair.client, encoder, this.clock, () => this.flushes++);
  }

  send(count: number, payload: unknown = 1): void {
    for (let index = 1; index <= count; index++) this.queue.send(eventFrame(index, { payload }));
  }
}

describe('what is sent in one turn', () => {
  it('leaves at its end, in one write', () => {
    const bench = new Bench();
    bench.send(10);
    expect(bench.pair.client.writeCalls).toBe(0);
    bench.clock.endTurn();

    expect(bench.pair.client.writeCalls).toBe(1);
    expect(bench.flushes).toBe(1);
    expect(bench.queue.pendingBytes).toBe(0);
  });

  it('leaves earlier from 32 frames or 16 KiB on', () => {
    const many = new Bench();
    many.send(32);
    expect(many.flushes).toBe(1);
    const large = new Bench();
    large.send(1, 'x'.repeat(16 * 1024));

    expect(large.flushes).toBe(1);
  });

  it('does not leave while the link has enough to do, and is not reported as if it had', () => {
    const bench = new Bench();
    bench.pair.toServer.capacityBytes = 0;
    bench.send(1, 'x'.repeat(100 * 1024));
    expect(bench.flushes).toBe(1);
    bench.send(100);
    bench.clock.endTurn();
    expect(bench.flushes).toBe(1);
    bench.queue.flushAll();

    expect(bench.flushes).toBe(2);
  });

  it('keeps its bytes untouched until the kernel has them', () => {
    const bench = new Bench();
    bench.pair.toServer.capacityBytes = 10;
    bench.send(40, 'a');
    bench.send(40, 'b');
    bench.clock.endTurn();
    const received: Buffer[] = [];
    bench.pair.server.start({
      onData: (chunk) => void received.push(chunk),
      onDrain: () => undefined,
      onEnd: () => undefined,
      onClose: () => undefined,
    });
    bench.pair.toServer.capacityBytes = Infinity;
    bench.pair.deliver();
    const text = Buffer.concat(received).toString('latin1');

    expect(text.match(/"a"/g)).toHaveLength(40);
    expect(text.match(/"b"/g)).toHaveLength(40);
  });
});

describe('a frame that cannot be encoded', () => {
  it('leaves nothing behind in what is sent', () => {
    const bench = new Bench();
    expect(() => bench.send(1, 1n)).toThrow();
    expect(bench.queue.pendingBytes).toBe(0);
    expect(() => bench.queue.encode(eventFrame(1, { payload: 1n }))).toThrow();
    const bytes = bench.queue.encode({ type: FrameType.Ping, nonce: 7 });

    expect(bytes.length).toBeGreaterThan(0);
    expect(bench.queue.pendingBytes).toBe(0);
  });
});

describe('a queue that is closed', () => {
  it('drops what waits and what is sent from then on, and leaves no turn to end', () => {
    const bench = new Bench();
    bench.send(5);
    bench.queue.close();
    bench.send(100);
    bench.queue.sendEncoded(Buffer.from('x'));
    bench.queue.flushAll();
    expect(bench.clock.turnCount).toBe(0);
    bench.clock.endTurn();

    expect(bench.pair.client.writeCalls).toBe(0);
    expect(bench.flushes).toBe(0);
    expect(bench.queue.pendingBytes).toBe(0);
  });
});
