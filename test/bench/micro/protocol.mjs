// What it costs to encode and to decode one frame, JSON included:
//   npm run build && node test/bench/micro/protocol.mjs
import { binaryDialect } from '../../../dist/protocol/binary/binary-dialect.js';
import { FrameType } from '../../../dist/protocol/frame.js';
import { nestTcpDialect } from '../../../dist/protocol/nest-tcp/nest-tcp-dialect.js';
import { WriteBuffer } from '../../../dist/protocol/write-buffer.js';

const ROUNDS = 400;
const CHUNK_BYTES = 64 * 1024;
const limits = { maxMessageBytes: 4 << 20, maxMetadataBytes: 8192, maxPatternBytes: 1024 };
const HELLO = {
  type: FrameType.Hello,
  version: 1,
  maxFrameBytes: limits.maxMessageBytes,
  maxStreams: 1000,
  initialCreditBytes: 65_536,
  heartbeatIntervalMs: 5000,
  codecs: [0, 1],
  metadata: undefined,
};

const request = (streamId, payload) => ({
  type: FrameType.Request,
  streamId,
  pattern: 'bench.echo',
  isPatternJson: false,
  payload,
  timeoutMs: 30_000,
  metadata: undefined,
  fault: undefined,
});

const response = (streamId, payload) => ({
  type: FrameType.Response,
  streamId,
  hasPayload: true,
  payload,
  isEnd: true,
  creditBytes: 0,
  fault: undefined,
});

/** The bytes that wait, in chunks as a socket would deliver them. */
function takeChunks(out) {
  const bytes = Buffer.concat(out.chunks());
  out.clear(true);
  const chunks = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    const piece = bytes.subarray(at, at + CHUNK_BYTES);
    chunks.push(Buffer.from(Buffer.allocUnsafeSlow(piece.length).fill(piece)));
  }
  return chunks;
}

function read(decoder, chunks) {
  for (const chunk of chunks) {
    for (let isDone = decoder.read(chunk); !isDone;) isDone = decoder.resume();
  }
}

const nsSince = (start) => Number(process.hrtime.bigint() - start);

/** The median over many batches, in ns per frame. */
function measure(name, dialect, from, make) {
  const batch = name.includes('64 KiB') ? 50 : 500;
  const out = new WriteBuffer();
  const ends = { client: {}, server: {} };
  for (const role of ['client', 'server']) {
    const codec = dialect.open({ role, limits });
    ends[role] = { encoder: codec.encoder, decoder: codec.decoder(() => {}) };
  }
  const to = from === 'client' ? ends.server : ends.client;
  const streams = { next: 1 };
  ends[from].encoder.encode(HELLO, out);
  read(to.decoder, takeChunks(out));
  ends[from === 'client' ? 'server' : 'client'].encoder.encode(HELLO, out);
  read(ends[from].decoder, takeChunks(out));
  const times = { encode: [], decode: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const frames = Array.from({ length: batch }, () => make(streams.next++));
    if (from === 'server' && dialect === nestTcpDialect) {
      for (const { streamId } of frames) ends.client.encoder.encode(request(streamId, 1), out);
      read(ends.server.decoder, takeChunks(out));
    }
    const start = process.hrtime.bigint();
    for (const frame of frames) ends[from].encoder.encode(frame, out);
    times.encode.push(nsSince(start) / batch);
    const chunks = takeChunks(out);
    const readStart = process.hrtime.bigint();
    read(to.decoder, chunks);
    times.decode.push(nsSince(readStart) / batch);
  }
  const median = (values) => values.toSorted((left, right) => left - right)[ROUNDS >> 1].toFixed(0);
  const [encode, decode] = [median(times.encode), median(times.decode)].map((ns) => ns.padStart(6));
  console.log(`${name.padEnd(36)} encode ${encode} ns   decode ${decode} ns`);
}

const small = Array.from({ length: 8 }, (_, id) => ({ id, text: 'hello' }));
const items = Array.from({ length: 14 }, (_, id) => ({
  id,
  name: `item number ${id}`,
  price: id * 1.5,
  tags: ['a', 'b'],
}));
const kib = { id: 1, items };
const bytes = Buffer.alloc(65_536, 7);

for (const dialect of [binaryDialect, nestTcpDialect]) {
  measure(`${dialect.name} request {id,text}`, dialect, 'client', (id) =>
    request(id, small[id & 7]),
  );
  measure(`${dialect.name} response {id,text}`, dialect, 'server', (id) =>
    response(id, small[id & 7]),
  );
  measure(
    `${dialect.name} request ${JSON.stringify(kib).length} bytes of JSON`,
    dialect,
    'client',
    (id) => request(id, kib),
  );
}
measure('binary response 64 KiB of bytes', binaryDialect, 'server', (id) => response(id, bytes));
