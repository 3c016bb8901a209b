import { describe, expect, it } from 'vitest';
import { binaryDialect } from '../../../../lib/protocol/binary/binary-dialect.js';
import { FrameType, GoAwayReason } from '../../../../lib/protocol/frame.js';
import { COPY_LIMIT_BYTES, WriteBuffer } from '../../../../lib/protocol/write-buffer.js';
import { hello, LIMITS, RecordingEnd, request, response } from '../../../support/frames.js';

const PREFACE_BYTES = 8;

const open = (role: 'client' | 'server' = 'server') =>
  binaryDialect.open({ role, limits: LIMITS }).encoder;

describe('the encoder', () => {
  it('still writes the preface when the first frame could not be encoded', () => {
    const encoder = open('client');
    const out = new WriteBuffer();
    expect(() => encoder.encode(hello({ metadata: { n: 1n } }), out)).toThrow(
      /the metadata cannot be encoded/,
    );
    expect(out.length).toBe(0);
    encoder.encode(hello(), out);
    expect(Buffer.from(out.single()).subarray(0, 4)).toEqual(Buffer.from([0xf5, 0x4e, 0x53, 0x50]));
  });

  it('writes the preface before a refusal', () => {
    const out = new WriteBuffer();
    open().encode(
      {
        type: FrameType.GoAway,
        lastStreamId: 0,
        reason: GoAwayReason.UnsupportedVersion,
        message: 'no',
      },
      out,
    );
    const bytes = Buffer.from(out.single());
    expect(bytes[0]).toBe(0xf5);
    expect(bytes[PREFACE_BYTES + 4]).toBe(FrameType.GoAway);
  });

  it('does not copy large bytes', () => {
    const server = new RecordingEnd(binaryDialect, 'server');
    const payload = Buffer.alloc(COPY_LIMIT_BYTES, 7);
    const out = new WriteBuffer();
    server.codec.encoder.encode(response(1, { payload }), out);
    server.codec.encoder.encode(response(2), out);
    expect(out.chunks()).toContain(payload);
    const client = new RecordingEnd(binaryDialect, 'client');
    expect(client.receive(Buffer.concat(out.chunks()))).toMatchObject([
      { payload },
      { payload: 'value' },
    ]);
  });

  it('copies small bytes, which may change afterwards', () => {
    const server = new RecordingEnd(binaryDialect, 'server');
    const payload = Buffer.from('before');
    const out = new WriteBuffer();
    server.codec.encoder.encode(response(1, { payload }), out);
    payload.write('after!');
    expect(Buffer.from(out.single()).subarray(-6).toString()).toBe('before');
  });

  it('writes what lies above the range of a number as the greatest', () => {
    const client = new RecordingEnd(binaryDialect, 'client');
    const server = new RecordingEnd(binaryDialect, 'server');
    server.receive(
      client.send(
        { type: FrameType.Credit, streamId: 1, bytes: 2 ** 40 },
        request(2, { timeoutMs: 2 ** 40, isPatternJson: true, pattern: '1' }),
      ),
    );
    expect(server.frames).toMatchObject([
      { bytes: 0xffff_ffff },
      { timeoutMs: 0x7fff_ffff, isPatternJson: true },
    ]);
  });

  it('cuts the text of a refusal to what the protocol allows', () => {
    const server = new RecordingEnd(binaryDialect, 'server');
    const bytes = server.send({
      type: FrameType.Rejected,
      streamId: 1,
      reason: 1,
      retryAfterMs: 0,
      message: '€'.repeat(1000),
    });
    const client = new RecordingEnd(binaryDialect, 'client');
    expect(client.receive(bytes)).toMatchObject([{ message: '€'.repeat(341) }]);
  });

  it.each([
    ['pattern', { pattern: 'p'.repeat(LIMITS.maxPatternBytes + 1) }],
    ['metadata', { metadata: { text: 'm'.repeat(LIMITS.maxMetadataBytes) } }],
    ['metadata', { metadata: { text: '€'.repeat(LIMITS.maxMetadataBytes / 3) } }],
  ])('refuses a %s above its limit', (part, given) => {
    const client = new RecordingEnd(binaryDialect, 'client');
    const send = (): unknown => client.send(request(1, given));
    expect(send).toThrow(expect.objectContaining({ code: 'MESSAGE_TOO_LARGE' }));
    expect(send).toThrow(`the ${part} has`);
  });

  it('sends frames of fixed form to a peer that takes only tiny messages', () => {
    const client = new RecordingEnd(binaryDialect, 'client');
    client.codec.encoder.limitTo(1);
    expect(client.send({ type: FrameType.Ping, nonce: 1 })).toHaveLength(16);
    expect(() => client.send(request(1))).toThrow(/the limit is 1 bytes/);
  });
});
