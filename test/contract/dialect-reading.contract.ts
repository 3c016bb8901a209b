import { expect, it } from 'vitest';
import type { Dialect } from '../../lib/protocol/dialect.js';
import type { Frame, RequestFrame } from '../../lib/protocol/frame.js';
import { FrameType } from '../../lib/protocol/frame.js';
import { MAX_JSON_DEPTH } from '../../lib/protocol/json-depth.js';
import { LIMITS, greeting, pairOf, request, response } from '../support/frames.js';
import { CALLS, codeOf, exchange, nested } from './dialect-exchange.js';

export function describeReading(dialect: Dialect): void {
  it('reads a bounded number of frames at a time and goes on where it stopped', () => {
    const { client, server } = pairOf(dialect);
    const frames = Array.from({ length: 5000 }, (_, index) =>
      request(index + 1, { payload: index }),
    );
    let turns = 1;
    for (let isDone = server.decoder.read(client.send(...frames)); !isDone; turns++)
      isDone = server.decoder.resume();
    expect(turns).toBeGreaterThan(3);
    expect(server.frames).toEqual(frames);
  });

  it('holds only what has come of a message, and nothing between messages', () => {
    const { client, server } = pairOf(dialect);
    const bytes = client.send(request(1, { payload: 'ü'.repeat(20_000) }));
    expect(server.decoder.bufferedBytes).toBe(0);
    server.receive(bytes.subarray(0, 5000), [7]);
    expect(server.decoder.bufferedBytes).toBeGreaterThan(0);
    expect(server.decoder.bufferedBytes).toBeLessThanOrEqual(5000);
    server.receive(bytes.subarray(5000), [8000, 3]);
    expect(server.decoder.bufferedBytes).toBe(0);
    expect(server.frames).toEqual([request(1, { payload: 'ü'.repeat(20_000) })]);
  });

  it('refuses a message above the limit as soon as its length is told', () => {
    const { client } = pairOf(dialect, { limits: { ...LIMITS, maxMessageBytes: 1 << 20 } });
    const { server } = pairOf(dialect);
    const bytes = client.send(request(1, { payload: 'x'.repeat(LIMITS.maxMessageBytes) }));
    expect(codeOf(() => server.receive(bytes.subarray(0, 20)))).toBe('MESSAGE_TOO_LARGE');
  });

  it('is quiet after it was closed, even by the receiver of a frame', () => {
    const seen: Frame[] = [];
    const { client } = pairOf(dialect);
    const reader = dialect.open({ role: 'server', limits: LIMITS }).decoder((frame) => {
      seen.push(frame);
      if (seen.length === 3) reader.close();
    });
    reader.read(greeting(dialect));
    const bytes = client.send(...CALLS);
    expect(reader.read(bytes)).toBe(true);
    expect(reader.read(bytes)).toBe(true);
    expect(reader.resume()).toBe(true);
    expect(seen).toHaveLength(3);
    expect(reader.bufferedBytes).toBe(0);
  });

  it('is quiet after it has thrown', () => {
    const { server, client } = pairOf(dialect);
    expect(codeOf(() => server.receive(Buffer.alloc(20, 0xee)))).toMatch(
      /PROTOCOL_ERROR|MESSAGE_TOO_LARGE/,
    );
    expect(server.receive(client.send(request(1)))).toEqual([]);
  });

  it('takes no key of metadata for anything but a name', () => {
    const metadata = JSON.parse('{"__proto__":{"polluted":1},"constructor":2}') as Record<
      string,
      unknown
    >;
    const [read] = exchange(dialect, 'client', [request(1, { metadata })]) as RequestFrame[];
    expect(Object.getPrototypeOf(read!.metadata)).toBe(null);
    expect(Object.keys(read!.metadata!)).toEqual(['__proto__', 'constructor']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('fails only the call whose payload nests too deep', () => {
    const frames = [request(1, { payload: nested(MAX_JSON_DEPTH + 1) }), request(2)];
    const [deep, next] = exchange(dialect, 'client', frames);
    expect(deep).toMatchObject({
      type: FrameType.Request,
      streamId: 1,
      payload: undefined,
      fault: { code: 'BAD_PAYLOAD' },
    });
    expect(next).toEqual(request(2));
  });

  it('fails only the call whose reply nests too deep', () => {
    const frames = [response(1, { payload: nested(MAX_JSON_DEPTH + 1) }), response(2)];
    const [deep, next] = exchange(dialect, 'server', frames);
    expect(deep).toMatchObject({
      type: FrameType.Response,
      streamId: 1,
      isEnd: true,
      fault: { code: 'BAD_PAYLOAD' },
    });
    expect(next).toEqual(response(2));
  });

  it('takes brackets inside of text for text', () => {
    const payload = { text: `${'[{'.repeat(2 * MAX_JSON_DEPTH)}\\"` };
    expect(exchange(dialect, 'client', [request(1, { payload })])).toEqual([
      request(1, { payload }),
    ]);
  });
}
