import type { Dialect, DialectCapabilities } from '../dialect.js';
import { NestTcpDecoder } from './nest-tcp-decoder.js';
import { NestTcpEncoder } from './nest-tcp-encoder.js';
import { PacketIds } from './packet-ids.js';

const CAPABILITIES: DialectCapabilities = Object.freeze({
  hello: false,
  ping: false,
  cancel: false,
  credit: false,
  goAway: false,
  rejected: false,
});

/** The dialect of Nest's own TCP transport: `<length>#<json>`, the length in UTF-16 code units (PROTOCOL.md §12). */
export const nestTcpDialect: Dialect = Object.freeze({
  name: 'nest-tcp',
  open: (options) => {
    // Read by the encoder, filled by the decoder: the ids by which the peer knows its calls.
    const ids = new PacketIds();
    return {
      capabilities: CAPABILITIES,
      encoder: new NestTcpEncoder(options, ids),
      decoder: (sink) => new NestTcpDecoder(options, ids, sink),
    };
  },
} satisfies Dialect);
