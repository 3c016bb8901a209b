import { expect } from 'vitest';
import { SocketPoolError } from '../../lib/errors/socket-pool-error.js';
import type { Dialect, Role } from '../../lib/protocol/dialect.js';
import type { Frame } from '../../lib/protocol/frame.js';
import { FrameType } from '../../lib/protocol/frame.js';
import { event, pairOf, request, response } from '../support/frames.js';

/** What a server has to have read before it can answer streams 1 to `count`. */
export const openings = (count: number): Frame[] =>
  Array.from({ length: count }, (_, index) => request(index + 1));

export const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
};

export const withoutCredit = (frames: readonly Frame[]): Frame[] =>
  frames.map((frame) => (frame.type === FrameType.Response ? { ...frame, creditBytes: 0 } : frame));

export const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(SocketPoolError);
    return (error as SocketPoolError).code;
  }
  return 'none';
};

export const CALLS: Frame[] = [
  request(1),
  request(2, {
    pattern: '{"cmd":"sum"}',
    isPatternJson: true,
    payload: [1, 'ü€😀', null, { a: 1.5 }],
  }),
  event(3, { pattern: 'order.created', payload: 'text' }),
  request(4, { metadata: { trace: 'ü', nested: { deep: [1] } } }),
  request(5, { payload: null }),
  event(6, { pattern: '', payload: 0, metadata: {} }),
  request(7, { pattern: 'längere Muster 😀'.repeat(20), payload: false }),
];

export const REPLIES: Frame[] = [
  response(1),
  response(2, { isEnd: false, payload: { n: 1 } }),
  response(2, { isEnd: false, payload: null }),
  response(2, { hasPayload: false, payload: undefined }),
  {
    type: FrameType.Error,
    streamId: 3,
    code: 'HANDLER_FAILED',
    payload: { status: 'error', message: 'ü' },
  },
  response(4, { isEnd: false, payload: undefined }),
  response(4, { payload: '' }),
];

export function exchange(
  dialect: Dialect,
  from: Role,
  frames: readonly Frame[],
  sizes?: readonly number[],
): Frame[] {
  const ends = pairOf(dialect);
  if (from === 'server') ends.server.receive(ends.client.send(...openings(9)));
  const to = from === 'client' ? ends.server : ends.client;
  return withoutCredit(to.receive(ends[from].send(...frames), sizes));
}
