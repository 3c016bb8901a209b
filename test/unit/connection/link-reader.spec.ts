import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { LinkReader, PauseReason } from '../../../lib/connection/link-reader.js';
import type { Link } from '../../../lib/link/link.js';
import type { FrameDecoder, FrameSink } from '../../../lib/protocol/dialect.js';
import { FrameType } from '../../../lib/protocol/frame.js';
import { ManualClock } from '../../support/manual-clock.js';
import { SteppingDecoder } from '../../support/stepping-decoder.js';

class Bench {
  readonly clock = new ManualClock();
  readonly frames: number[] = [];
  readonly failures: unknown[] = [];
  reads = 0;
  isLinkPaused = false;
  decoder!: SteppingDecoder;
  readonly reader: LinkReader;
  /** Done at each frame. */
  atFrame: (value: number) => void = () => undefined;

  constructor(makeDecoder: (sink: FrameSink) => FrameDecoder = (sink) => this.#decoder(sink)) {
    const link = {
      pause: () => (this.isLinkPaused = true),
      resume: () => (this.isLinkPaused = false),
    } as unknown as Link;
    const options = { clock: this.clock, messageTimeoutMs: 1_000 };
    this.reader = new LinkReader(link, makeDecoder, options, {
      onFrame: (frame) => {
        if (frame.type !== FrameType.Ping) return;
        this.frames.push(frame.nonce);
        this.atFrame(frame.nonce);
      },
      onRead: () => this.reads++,
      onUnreadable: (error) => this.failures.push(error),
      onLate: () => this.failures.push('late'),
    });
  }

  take(...values: number[]): void {
    this.reader.take(Buffer.from(values));
  }

  #decoder(sink: FrameSink): SteppingDecoder {
    return (this.decoder = new SteppingDecoder(sink));
  }
}

const { Events, SlowReader } = PauseReason;

describe('a chunk that is more than the budget of a turn', () => {
  it('is read on in later turns, and the link is not read meanwhile', () => {
    const bench = new Bench();
    bench.take(1, 2, 3, 4, 5, 6, 7);
    expect(bench.frames).toEqual([1, 2, 3]);
    expect(bench.isLinkPaused).toBe(true);
    bench.take(8, 9);
    expect(bench.frames).toEqual([1, 2, 3]);
    bench.clock.endTurn();

    expect(bench.frames).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(bench.isLinkPaused).toBe(false);
  });

  it('is not read on while reading is paused', () => {
    const bench = new Bench();
    bench.take(1, 2, 3, 4, 5);
    bench.reader.pause(Events);
    bench.clock.advance(1_000);
    expect(bench.frames).toEqual([1, 2, 3]);
    bench.reader.resume(Events);
    expect(bench.frames).toEqual([1, 2, 3]);
    bench.clock.endTurn();

    expect(bench.frames).toEqual([1, 2, 3, 4, 5]);
  });

  it('stays in order when reading is paused and resumed within a frame', () => {
    const bench = new Bench();
    bench.atFrame = () => {
      bench.reader.pause(Events);
      bench.reader.resume(Events);
    };
    bench.take(1, 2);
    bench.take(3, 4, 5, 6, 7);
    bench.take(8);
    bench.clock.endTurn();

    expect(bench.frames).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(bench.isLinkPaused).toBe(false);
  });
});

describe('reading', () => {
  it('goes on when nobody wants it paused any more', () => {
    const bench = new Bench();
    bench.reader.pause(Events);
    bench.reader.pause(SlowReader);
    bench.take(1);
    bench.reader.resume(SlowReader);
    bench.clock.endTurn();
    expect(bench.frames).toEqual([]);
    expect(bench.isLinkPaused).toBe(true);
    bench.reader.resume(SlowReader);
    bench.reader.resume(Events);
    bench.clock.endTurn();

    expect(bench.frames).toEqual([1]);
    expect(bench.isLinkPaused).toBe(false);
  });

  it('tells when the bytes came, and since when they are read', () => {
    const bench = new Bench();
    const times: number[] = [];
    bench.atFrame = () => times.push(bench.reader.readAt - bench.reader.receivedAt);
    bench.take(1);
    bench.reader.pause(Events);
    bench.take(2);
    bench.clock.advance(70);
    bench.reader.resume(Events);
    bench.clock.endTurn();

    expect(times).toEqual([0, 70]);
  });

  it('waits a little, and does not spin, while frames are with an asynchronous deserializer', () => {
    const bench = new Bench();
    bench.decoder.isStuck = true;
    bench.take(1, 2);
    const { resumes } = bench.decoder;
    bench.clock.advance(10);
    expect(bench.decoder.resumes - resumes).toBeLessThanOrEqual(11);
    bench.decoder.isStuck = false;
    bench.clock.advance(1);

    expect(bench.frames).toEqual([1, 2]);
  });

  it('does not blame the peer for a message that this end does not go on reading', () => {
    const bench = new Bench();
    bench.take(1, 0);
    bench.reader.pause(Events);
    bench.clock.advance(60_000);
    expect(bench.failures).toEqual([]);
    bench.reader.resume(Events);
    bench.clock.advance(2_000);

    expect(bench.failures).toEqual(['late']);
  });

  it('reports bytes that cannot be read, once', () => {
    const bench = new Bench();
    bench.take(1, 255, 2);

    expect(bench.frames).toEqual([1]);
    expect(bench.failures).toHaveLength(1);
  });
});

describe('a reader that is closed', () => {
  it('hands over nothing more, not even of the chunk that is being read', () => {
    const bench = new Bench();
    bench.atFrame = (value) => value === 2 && bench.reader.close();
    bench.take(1, 2, 3);
    bench.take(4);
    bench.clock.advance(10_000);

    expect(bench.frames).toEqual([1, 2]);
    expect(bench.clock.timerCount + bench.clock.turnCount).toBe(0);
  });

  it('forgets what waits', () => {
    const bench = new Bench();
    bench.take(1, 2, 3, 4, 0);
    bench.take(5);
    bench.reader.close();
    bench.reader.pause(Events);
    bench.reader.resume(Events);
    bench.clock.advance(10_000);

    expect(bench.frames).toEqual([1, 2, 3]);
    expect(bench.failures).toEqual([]);
    expect(bench.clock.timerCount + bench.clock.turnCount).toBe(0);
  });
});
