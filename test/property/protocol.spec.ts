import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ErrorCode, ErrorCodeDescription } from '../../lib/errors/error-codes.js';
import { ERROR_CODES } from '../../lib/errors/error-codes.js';
import { SocketPoolError } from '../../lib/errors/socket-pool-error.js';
import { binaryDialect } from '../../lib/protocol/binary/binary-dialect.js';
import type { Dialect, Role } from '../../lib/protocol/dialect.js';
import type { Frame } from '../../lib/protocol/frame.js';
import { FrameType } from '../../lib/protocol/frame.js';
import { nestTcpDialect } from '../../lib/protocol/nest-tcp/nest-tcp-dialect.js';
import {
  encodeAll,
  event,
  feed,
  greeting,
  LIMITS,
  pairOf,
  request,
  response,
} from '../support/frames.js';
import { stockText, StockSocket } from '../support/stock-socket.js';

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const text = fc.string({ unit: 'grapheme', maxLength: 40 });
/** What JSON gives back as it took it. */
const json = fc
  .jsonValue({ maxDepth: 4 })
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const bytes = fc.uint8Array({ maxLength: 6000 }).map((value) => Buffer.from(value));
const metadata = fc.option(fc.dictionary(text, json, { noNullPrototype: true, maxKeys: 3 }), {
  nil: undefined,
});
const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 20 });

const wireCodes = (Object.keys(ERROR_CODES) as ErrorCode[]).filter(
  (code) => (ERROR_CODES[code] as ErrorCodeDescription).wire !== undefined,
);

const pattern = fc.oneof(
  fc.record({ pattern: text, isPatternJson: fc.constant(false) }),
  fc.record({
    pattern: json.map((value) => JSON.stringify(value)),
    isPatternJson: fc.constant(true),
  }),
);

const opening = fc
  .tuple(
    pattern,
    fc.record({
      payload: fc.oneof(json, bytes, fc.constant(undefined)),
      timeoutMs: fc.integer({ min: 0, max: 0x7fff_ffff }),
      metadata,
    }),
  )
  .map(([route, rest]) => ({ ...route, ...rest }));

/** Frames of a client, their streams numbered in order. */
const calls = fc
  .array(
    fc.oneof(
      opening.map(
        (given) =>
          (streamId: number): Frame =>
            request(streamId, given),
      ),
      opening.map(
        (given) =>
          (streamId: number): Frame =>
            event(streamId, given),
      ),
      fc.constant((streamId: number): Frame => ({ type: FrameType.Cancel, streamId })),
      u32.map((credit) => (streamId: number): Frame => ({
        type: FrameType.Credit,
        streamId,
        bytes: credit,
      })),
      u32.map((nonce) => (): Frame => ({ type: FrameType.Ping, nonce })),
    ),
    { maxLength: 20 },
  )
  .map((makers) => makers.map((make, index) => make(index + 1)));

const streamId = fc.integer({ min: 1, max: 0x7fff_ffff });

const replies = fc.array(
  fc.oneof(
    fc
      .record({ streamId, payload: fc.oneof(json, bytes), isEnd: fc.boolean() })
      .map((given): Frame => response(given.streamId, given)),
    streamId.map((id): Frame => response(id, { hasPayload: false, payload: undefined })),
    fc
      .record({ streamId, code: fc.constantFrom(...wireCodes), payload: json })
      .map((given): Frame => ({ type: FrameType.Error, ...given })),
    fc
      .record({
        streamId,
        reason: fc.integer({ min: 0, max: 0xffff }),
        retryAfterMs: u32,
        message: text,
      })
      .map((given): Frame => ({ type: FrameType.Rejected, ...given })),
    fc
      .record({
        lastStreamId: streamId,
        reason: fc.integer({ min: 0, max: 0xffff }),
        message: text,
      })
      .map((given): Frame => ({ type: FrameType.GoAway, ...given })),
    fc
      .record({ nonce: u32, loopLagMs: u32, queueAgeMs: u32 })
      .map((given): Frame => ({ type: FrameType.Pong, ...given })),
  ),
  { maxLength: 20 },
);

const withoutCredit = (frames: readonly Frame[]): Frame[] =>
  frames.map((frame) => (frame.type === FrameType.Response ? { ...frame, creditBytes: 0 } : frame));

describe('our dialect', () => {
  it('reads what it wrote, however it is cut: calls', () => {
    fc.assert(
      fc.property(calls, sizes, (frames, cuts) => {
        const { client, server } = pairOf(binaryDialect);
        expect(server.receive(client.send(...frames), cuts)).toEqual(frames);
        expect(server.decoder.bufferedBytes).toBe(0);
      }),
    );
  });

  it('reads what it wrote, however it is cut: replies', () => {
    fc.assert(
      fc.property(replies, sizes, (frames, cuts) => {
        const { client, server } = pairOf(binaryDialect);
        expect(withoutCredit(client.receive(server.send(...frames), cuts))).toEqual(frames);
      }),
    );
  });
});

/** Feeds bytes and tells how it ended; anything but an error of ours fails the test. */
function survives(dialect: Dialect, role: Role, input: Buffer, cuts: readonly number[]): void {
  const decoder = dialect.open({ role, limits: LIMITS }).decoder(() => {});
  if (role === 'server') feed(decoder, greeting(dialect));
  try {
    feed(decoder, input, cuts);
  } catch (error) {
    expect(error).toBeInstanceOf(SocketPoolError);
    expect([
      'PROTOCOL_ERROR',
      'MESSAGE_TOO_LARGE',
      'HANDSHAKE_FAILED',
      'UNSUPPORTED_VERSION',
    ]).toContain((error as SocketPoolError).code);
    expect(decoder.bufferedBytes).toBe(0);
  }
  expect(decoder.bufferedBytes).toBeLessThanOrEqual(
    Math.min(input.length + 1, LIMITS.maxMessageBytes + 12),
  );
}

describe.each([binaryDialect, nestTcpDialect])('the $name dialect, given garbage', (dialect) => {
  const role = fc.constantFrom<Role>('client', 'server');
  const garbage = fc.oneof(
    fc.uint8Array({ maxLength: 500 }),
    // Plausible beginnings: a short length, a low type, digits.
    fc
      .uint8Array({ maxLength: 200 })
      .map((tail) =>
        Uint8Array.from([0, 0, 0, tail.length & 0x3f, (tail[0] ?? 0) & 0x0f, ...tail]),
      ),
    fc
      .uint8Array({ maxLength: 200 })
      .map((tail) => Uint8Array.from([0x31 + (tail.length % 9), 0x23, ...tail])),
  );

  it('ends with an error of ours, or waits', () => {
    fc.assert(
      fc.property(role, garbage, sizes, (receiver, input, cuts) =>
        survives(dialect, receiver, Buffer.from(input), cuts),
      ),
      { numRuns: 500 },
    );
  });

  it('ends with an error of ours, or waits, when good bytes were damaged', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(calls, damage, sizes, (frames, changes, cuts) => {
        const input = encodeAll(pairOf(dialect).client.codec, frames);
        if (input.length === 0) return;
        for (const [at, value] of changes) input[at % input.length] = value;
        survives(dialect, 'server', input, cuts);
      }),
      { numRuns: 300 },
    );
  });
});

/** Everything that stock Nest reads as a packet of its own. */
const packet = fc.record(
  { pattern: fc.oneof(text, fc.record({ cmd: text })), data: json, id: text },
  { requiredKeys: ['pattern', 'data'] },
);

describe('the stock dialect', () => {
  it('reads what stock Nest writes, as stock Nest reads it, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 8 }), sizes, (packets, cuts) => {
        const input = Buffer.from(stockText(...packets), 'utf8');
        const { server } = pairOf(nestTcpDialect);
        const ours = server.receive(input, cuts).map((frame) => {
          if (frame.type !== FrameType.Request && frame.type !== FrameType.Event)
            throw new Error('no call');
          const pattern: unknown = frame.isPatternJson ? JSON.parse(frame.pattern) : frame.pattern;
          return { pattern, data: frame.payload };
        });
        const stock = new StockSocket().receive(...cut(input, cuts)) as {
          pattern: unknown;
          data: unknown;
        }[];
        expect(ours).toEqual(stock.map(({ pattern, data }) => ({ pattern, data })));
      }),
    );
  });

  it('writes what stock Nest writes', () => {
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 8 }), (packets) => {
        const { client } = pairOf(nestTcpDialect);
        const frames = packets.map(({ pattern, data }, index) => {
          const isPatternJson = typeof pattern !== 'string';
          return request(index + 1, {
            pattern: isPatternJson ? JSON.stringify(pattern) : pattern,
            isPatternJson,
            payload: data,
          });
        });
        const expected = packets.map(({ pattern, data }, index) => ({
          pattern,
          data,
          id: String(index + 1),
        }));
        expect(client.send(...frames).toString('utf8')).toBe(stockText(...expected));
      }),
    );
  });

  it('is read by stock Nest, replies too', () => {
    fc.assert(
      fc.property(fc.array(json, { minLength: 1, maxLength: 8 }), sizes, (values, cuts) => {
        const { server } = pairOf(nestTcpDialect);
        server.receive('35#{"pattern":"any","data":1,"id":"x"}');
        const frames = values.map((payload, index) =>
          response(1, { payload, isEnd: index === values.length - 1 }),
        );
        const read = new StockSocket().receive(...cut(server.send(...frames), cuts));
        const last = { response: values.at(-1), isDisposed: true, id: 'x' };
        expect(read).toEqual([
          ...values.slice(0, -1).map((value) => ({ response: value, id: 'x' })),
          last,
        ]);
      }),
    );
  });
});

function cut(input: Buffer, cuts: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0, piece = 0; at < input.length; piece++) {
    const end = at + cuts[piece % cuts.length]!;
    pieces.push(Buffer.from(input.subarray(at, end)));
    at = end;
  }
  return pieces;
}
