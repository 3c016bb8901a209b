import { describe, expect, it } from 'vitest';
import type { Dialect, Role } from '../../lib/protocol/dialect.js';
import type { Frame, ResponseFrame } from '../../lib/protocol/frame.js';
import { FrameType, GoAwayReason, RejectReason } from '../../lib/protocol/frame.js';
import { WriteBuffer } from '../../lib/protocol/write-buffer.js';
import { LIMITS, pairOf } from '../support/frames.js';
import { CALLS, exchange, openings, REPLIES } from './dialect-exchange.js';
import { describeHooks } from './dialect-hooks.contract.js';
import { describeReading } from './dialect-reading.contract.js';
import { describeWriting } from './dialect-writing.contract.js';

/** What every dialect has to hold. */
export function describeDialect(dialect: Dialect): void {
  describe(`the ${dialect.name} dialect`, () => {
    describeRoundTrips(dialect);
    describeReading(dialect);
    describeWriting(dialect);
    describeHooks(dialect);
  });
}

function describeRoundTrips(dialect: Dialect): void {
  it('carries calls from a client to a server', () => {
    expect(exchange(dialect, 'client', CALLS)).toEqual(CALLS);
  });

  it('carries replies from a server to a client', () => {
    expect(exchange(dialect, 'server', REPLIES)).toEqual(REPLIES);
  });

  it('reads the same wherever the bytes are cut', () => {
    for (let size = 1; size < 40; size++) {
      expect(exchange(dialect, 'client', CALLS, [size])).toEqual(CALLS);
      expect(exchange(dialect, 'server', REPLIES, [size, 3])).toEqual(REPLIES);
    }
  });

  it('tells a missing handler from a handler that failed', () => {
    const payload = 'There is no matching message handler defined in the remote service.';
    const error: Frame = { type: FrameType.Error, streamId: 1, code: 'NO_HANDLER', payload };
    expect(exchange(dialect, 'server', [error])).toEqual([error]);
  });

  it('ends a stream for every failure and refusal there is', () => {
    const failures: Frame[] = [
      { type: FrameType.Error, streamId: 1, code: 'DEADLINE_EXCEEDED', payload: 'late' },
      { type: FrameType.Error, streamId: 2, code: 'INTERNAL_ERROR', payload: undefined },
      {
        type: FrameType.Rejected,
        streamId: 3,
        reason: RejectReason.Draining,
        retryAfterMs: 10,
        message: '',
      },
      { type: FrameType.Rejected, streamId: 4, reason: 99, retryAfterMs: 0, message: 'no' },
    ];
    const ended = exchange(dialect, 'server', failures) as ResponseFrame[];
    expect(ended.map(({ streamId }) => streamId)).toEqual([1, 2, 3, 4]);
    for (const { type } of ended) expect([FrameType.Error, FrameType.Rejected]).toContain(type);
  });

  it('says what it can say and keeps silent about the rest', () => {
    const { capabilities } = dialect.open({ role: 'client', limits: LIMITS });
    const frames: [boolean, Role, Frame][] = [
      [capabilities.ping, 'client', { type: FrameType.Ping, nonce: 0xffff_ffff }],
      [
        capabilities.ping,
        'server',
        { type: FrameType.Pong, nonce: 1, loopLagMs: 2, queueAgeMs: 3 },
      ],
      [capabilities.cancel, 'client', { type: FrameType.Cancel, streamId: 1 }],
      [capabilities.credit, 'client', { type: FrameType.Credit, streamId: 1, bytes: 7 }],
      [
        capabilities.goAway,
        'server',
        { type: FrameType.GoAway, lastStreamId: 3, reason: GoAwayReason.Retired, message: 'ü' },
      ],
    ];
    for (const [isPossible, from, frame] of frames) {
      expect(exchange(dialect, from, [frame])).toEqual(isPossible ? [frame] : []);
    }
  });

  it('counts credit for values that are not the last, alike at both ends', () => {
    const { client, server } = pairOf(dialect);
    server.receive(client.send(...openings(1)));
    const out = new WriteBuffer();
    const written = REPLIES.filter((frame) => 'streamId' in frame && frame.streamId < 3).map(
      (frame) => server.codec.encoder.encode(frame, out),
    );
    client.receive(Buffer.concat(out.chunks()));
    if (!client.codec.capabilities.credit) return expect(written).toEqual([0, 0, 0, 0]);
    expect((client.frames as ResponseFrame[]).map(({ creditBytes }) => creditBytes)).toEqual(
      written,
    );
    expect(written).toEqual([0, 19, 16, 0]);
    return undefined;
  });
}
