import { describe, expect, it } from 'vitest';
import { binaryDialect } from '../../../../lib/protocol/binary/binary-dialect.js';
import type { ErrorFrame, RequestFrame, ResponseFrame } from '../../../../lib/protocol/frame.js';
import { FrameType, MAX_STREAM_ID } from '../../../../lib/protocol/frame.js';
import { encodeAll, LIMITS, pairOf, request, response } from '../../../support/frames.js';

const header = (length: number, type: number): Buffer => {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32BE(length);
  bytes[4] = type;
  bytes.writeUInt32BE(1, 8);
  return bytes;
};

const ping = { type: FrameType.Ping, nonce: 1 } as const;

const large = { limits: { ...LIMITS, maxMessageBytes: 16 * 1024 * 1024 } };

describe('the decoder', () => {
  it('takes no memory for what is announced', () => {
    const { server } = pairOf(binaryDialect, large);
    const before = process.memoryUsage().arrayBuffers;
    server.receive(header(16 * 1024 * 1024, FrameType.Request));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
    expect(server.decoder.bufferedBytes).toBe(12);
  });

  it('gathers a message of many chunks without copying it over and over', () => {
    const { client, server } = pairOf(binaryDialect, large);
    const payload = Buffer.alloc(8 * 1024 * 1024, 1);
    const bytes = client.send(request(1, { payload }));
    const [frame] = server.receive(bytes, [1, 4096, 60_000, 17]) as RequestFrame[];
    expect((frame!.payload as Buffer).equals(payload)).toBe(true);
  });

  it('does not let a small payload hold the chunk in which it came', () => {
    const { client, server } = pairOf(binaryDialect);
    const chunk = Buffer.alloc(65_536);
    const bytes = server.send(response(1, { payload: Buffer.from('small') }));
    bytes.copy(chunk);
    client.decoder.read(chunk.subarray(0, bytes.length));
    chunk.fill(0);
    expect((client.frames[0] as ResponseFrame).payload).toEqual(Buffer.from('small'));
  });

  it('gives large bytes as a view of the chunk in which they came', () => {
    const { client, server } = pairOf(binaryDialect);
    const chunk = Buffer.from(server.send(response(1, { payload: Buffer.alloc(40_000, 1) })));
    client.decoder.read(chunk);
    expect(((client.frames[0] as ResponseFrame).payload as Buffer).buffer).toBe(chunk.buffer);
  });

  it('refuses to read on before the budget of the last chunk is used up', () => {
    const { client, server } = pairOf(binaryDialect);
    const bytes = client.send(...Array.from({ length: 2000 }, (_, index) => request(index + 1)));
    expect(server.decoder.read(bytes)).toBe(false);
    expect(() => server.decoder.read(bytes)).toThrow(
      expect.objectContaining({ code: 'INTERNAL_ERROR' }),
    );
  });

  it('takes stream ids up to the greatest', () => {
    const { client, server } = pairOf(binaryDialect);
    expect(server.receive(client.send(request(7), request(MAX_STREAM_ID)))).toHaveLength(2);
  });

  it('reads an error whose payload is damaged as the failed end of its stream', () => {
    const { client, server } = pairOf(binaryDialect);
    const error: ErrorFrame = {
      type: FrameType.Error,
      streamId: 5,
      code: 'HANDLER_FAILED',
      payload: 'x',
    };
    const bytes = server.send(error);
    bytes[bytes.length - 1] = 0x20;
    expect(client.receive(bytes)).toMatchObject([
      { type: FrameType.Response, streamId: 5, isEnd: true, fault: { code: 'BAD_PAYLOAD' } },
    ]);
  });

  it('reads a refusal of the connection in place of the hello', () => {
    const codec = binaryDialect.open({ role: 'client', limits: LIMITS });
    const frames: unknown[] = [];
    const decoder = codec.decoder((frame) => frames.push(frame));
    const refusing = binaryDialect.open({ role: 'server', limits: LIMITS });
    const goAway = { type: FrameType.GoAway, lastStreamId: 0, reason: 6, message: 'full' } as const;
    decoder.read(encodeAll(refusing, [goAway]));
    expect(frames).toEqual([goAway]);
  });

  it('wants the hello before anything else', () => {
    const codec = binaryDialect.open({ role: 'client', limits: LIMITS });
    const decoder = binaryDialect.open({ role: 'server', limits: LIMITS }).decoder(() => {});
    expect(() => decoder.read(encodeAll(codec, [ping]))).toThrow(/before the hello/);
    const other = binaryDialect.open({ role: 'server', limits: LIMITS }).decoder(() => {});
    const preface = encodeAll(binaryDialect.open({ role: 'client', limits: LIMITS }), [
      ping,
    ]).subarray(0, 8);
    expect(() => other.read(Buffer.concat([preface, header(0, 0x80)]))).toThrow(/before the hello/);
  });
});
