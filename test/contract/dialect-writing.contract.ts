import { expect, it } from 'vitest';
import type { Dialect } from '../../lib/protocol/dialect.js';
import { WriteBuffer } from '../../lib/protocol/write-buffer.js';
import { LIMITS, pairOf, request, response } from '../support/frames.js';
import { codeOf, exchange, nested, openings } from './dialect-exchange.js';

export function describeWriting(dialect: Dialect): void {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const unencodable: [string, unknown][] = [
    ['circular', circular],
    ['BigInt', { n: 1n }],
    [
      'toJSON that throws',
      {
        toJSON: () => {
          throw new Error('no');
        },
      },
    ],
    ['too deep for JSON.stringify', nested(20_000)],
  ];

  it.each(unencodable)(
    'refuses what cannot be encoded and leaves nothing behind: %s',
    (_, payload) => {
      const { client, server } = pairOf(dialect);
      const out = new WriteBuffer();
      client.codec.encoder.encode(request(1), out);
      const { length } = out;
      expect(codeOf(() => client.codec.encoder.encode(request(2, { payload }), out))).toBe(
        'UNSERIALIZABLE_PAYLOAD',
      );
      expect(out.length).toBe(length);
      client.codec.encoder.encode(request(3), out);
      expect(server.receive(Buffer.concat(out.chunks()))).toMatchObject([
        { payload: { id: 1 } },
        { payload: { id: 3 } },
      ]);
    },
  );

  it.each([
    ['is encoded', 'outer'],
    ['fails to be encoded', undefined],
  ])('stands being written to by code of the caller while its own data %s', (_, outcome) => {
    const { client, server } = pairOf(dialect);
    const out = new WriteBuffer();
    server.receive(client.send(...openings(3)));
    const { encoder } = server.codec;
    const toJSON = (): string => {
      encoder.encode(response(2, { payload: 'inner' }), out);
      if (outcome === undefined) throw new Error('no');
      return outcome;
    };
    codeOf(() => encoder.encode(response(1, { payload: { toJSON } }), out));
    encoder.encode(response(3, { payload: 'after' }), out);
    const payloads = client
      .receive(Buffer.concat(out.chunks()))
      .map((frame) => 'payload' in frame && frame.payload);
    expect(payloads).toEqual(['inner', outcome, 'after'].filter((each) => each !== undefined));
  });

  it.each([
    ['text', 'x'.repeat(LIMITS.maxMessageBytes)],
    ['text of many bytes', '€'.repeat(LIMITS.maxMessageBytes / 3)],
    ['long arrays', Array.from({ length: LIMITS.maxMessageBytes }).fill(0)],
  ])('refuses to write a message above the limit: %s', (_, payload) => {
    const { client } = pairOf(dialect);
    const out = new WriteBuffer();
    expect(codeOf(() => client.codec.encoder.encode(request(1, { payload }), out))).toBe(
      'MESSAGE_TOO_LARGE',
    );
    expect(out.length).toBe(0);
  });

  it('keeps to the limit of the other end once that is known', () => {
    const { client } = pairOf(dialect);
    client.codec.encoder.limitTo(100);
    expect(codeOf(() => client.send(request(1, { payload: 'x'.repeat(60) })))).toBe('none');
    expect(codeOf(() => client.send(request(2, { payload: 'x'.repeat(120) })))).toBe(
      'MESSAGE_TOO_LARGE',
    );
  });

  it('writes an end without a value for what JSON has no text for', () => {
    const ends = [undefined, () => 1, Symbol('s')].map((payload) => response(1, { payload }));
    for (const end of ends) {
      expect(exchange(dialect, 'server', [end])).toEqual([
        response(1, { hasPayload: false, payload: undefined }),
      ]);
    }
  });

  it('carries a large message behind a small one, in order', () => {
    const frames = [
      request(1),
      request(2, { payload: 'ü'.repeat(25_000) }),
      request(3, { payload: 'x'.repeat(50_000) }),
      request(4),
    ];
    expect(exchange(dialect, 'client', frames, [16_384])).toEqual(frames);
  });
}
