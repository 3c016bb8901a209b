import type { Clock } from '../common/clock.js';
import type { Dialect, PacketHooks } from '../protocol/dialect.js';
import type { Metadata } from '../protocol/frame.js';
import type { ConnectionOptions } from './connection-options.js';
import type { SlowReaderOptions } from './slow-reader-guard.js';

export interface ServerConnectionOptions extends ConnectionOptions {
  readonly dialect: Dialect;
  readonly hooks?: PacketHooks;
  readonly clock: Clock;
  readonly metadata: Metadata | undefined;
  readonly slowReader: SlowReaderOptions;
  /** The most streams the client may have open at once. */
  readonly maxStreams: number;
  /** Events in work from which on the client is not read. */
  readonly maxEvents: number;
  /** How far a reply that cannot be paced may run ahead of its reader, in bytes. */
  readonly maxStreamBufferBytes: number;
  readonly loopLagMs: () => number;
  readonly queueAgeMs: () => number;
}
