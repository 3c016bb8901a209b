import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../lib/protocol/frame.js';
import { FrameType } from '../../../lib/protocol/frame.js';
import { OrderedSink } from '../../../lib/protocol/ordered-sink.js';
import { request } from '../../support/frames.js';

const settle = async (): Promise<void> => {
  for (let round = 0; round < 5; round++) await Promise.resolve();
};

function setUp(maxWaitingBytes = 1000) {
  const seen: Frame[] = [];
  const sink = new OrderedSink((frame) => seen.push(frame), maxWaitingBytes, undefined);
  return { seen, sink };
}

const later = (frame: Frame | undefined) => {
  let finish = (): void => {};
  const promise = new Promise<Frame | undefined>((resolve) => {
    finish = () => resolve(frame);
  });
  return { promise, finish };
};

describe('OrderedSink', () => {
  it('hands frames on at once while none is waited for', () => {
    const { seen, sink } = setUp();
    sink.push(request(1), 10);
    expect(seen).toHaveLength(1);
  });

  it('holds what comes behind a frame that is waited for', async () => {
    const { seen, sink } = setUp();
    const first = later(request(1));
    sink.push(first.promise, 10);
    sink.push(request(2), 10);
    expect(seen).toEqual([]);
    first.finish();
    await settle();
    expect(seen).toEqual([request(1), request(2)]);
  });

  it('lets heartbeats pass', () => {
    const { seen, sink } = setUp();
    sink.push(later(request(1)).promise, 10);
    sink.push({ type: FrameType.Ping, nonce: 1 }, 16);
    sink.push({ type: FrameType.Pong, nonce: 1, loopLagMs: 0, queueAgeMs: 0 }, 24);
    sink.push({ type: FrameType.Cancel, streamId: 1 }, 12);
    expect(seen.map(({ type }) => type)).toEqual([FrameType.Ping, FrameType.Pong]);
  });

  it('skips what turns out to be nothing', async () => {
    const { seen, sink } = setUp();
    const nothing = later(undefined);
    sink.push(nothing.promise, 10);
    sink.push(request(2), 10);
    sink.push(undefined, 10);
    nothing.finish();
    await settle();
    expect(seen).toEqual([request(2)]);
  });

  it('is full by bytes, and by frames', async () => {
    const { sink } = setUp(100);
    const large = later(request(1));
    sink.push(large.promise, 101);
    expect(sink.isFull).toBe(true);
    large.finish();
    await settle();
    expect(sink.isFull).toBe(false);
    for (let count = 0; count < 1024; count++) sink.push(later(request(1)).promise, 0);
    expect(sink.isFull).toBe(true);
  });

  it('hands nothing on after it was closed', async () => {
    const { seen, sink } = setUp();
    const first = later(request(1));
    sink.push(first.promise, 10);
    sink.push(request(2), 10);
    sink.close();
    first.finish();
    await settle();
    expect(seen).toEqual([]);
    expect(sink.isFull).toBe(false);
  });
});
