import type { Clock } from '../common/clock.js';
import type { CauseCounts } from '../metrics/cause-counts.js';
import type { RejectionCause } from '../metrics/causes.js';
import type { Dialect, PacketHooks } from '../protocol/dialect.js';
import type { ServerHelloTerms } from './hello.js';
import type { SlowReaderOptions } from './slow-reader-guard.js';

export interface ServerConnectionOptions extends ServerHelloTerms {
  readonly dialect: Dialect;
  readonly hooks?: PacketHooks;
  readonly clock: Clock;
  readonly slowReader: SlowReaderOptions;
  /** Events in work from which on the client is not read. */
  readonly maxEvents: number;
  /** How far a reply that cannot be paced may run ahead of its reader, in bytes. */
  readonly maxStreamBufferBytes: number;
  /** Counts what is refused before it runs. */
  readonly rejections?: CauseCounts<RejectionCause>;
  readonly loopLagMs: () => number;
  readonly queueAgeMs: () => number;
}
