import type { Dialect, DialectCapabilities } from '../dialect.js';
import { BinaryDecoder } from './binary-decoder.js';
import { BinaryEncoder } from './binary-encoder.js';

const CAPABILITIES: DialectCapabilities = Object.freeze({
  hello: true,
  ping: true,
  cancel: true,
  credit: true,
  goAway: true,
  rejected: true,
});

/** Our own dialect: length-prefixed binary frames, specified in PROTOCOL.md. */
export const binaryDialect: Dialect = Object.freeze({
  name: 'binary',
  open: (options) => ({
    capabilities: CAPABILITIES,
    encoder: new BinaryEncoder(options.limits, options.hooks),
    decoder: (sink) => new BinaryDecoder(options, sink),
  }),
} satisfies Dialect);
