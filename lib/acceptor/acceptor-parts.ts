import type { Clock } from '../common/clock.js';
import type { Listener } from '../link/link.js';
import type { PacketHooks } from '../protocol/dialect.js';
import type { Metadata } from '../protocol/frame.js';
import type { AcceptorHandler } from './acceptor-handler.js';
import type { AcceptorOptions } from './acceptor-options.js';
import type { BeaconSign } from './beacon-sign.js';
import type { KernelLimits } from './kernel-limits.js';

export type { AcceptorSnapshot } from '../metrics/snapshot.js';

/** What an acceptor is made of. */
export interface AcceptorParts {
  readonly listeners: readonly Listener[];
  readonly options: AcceptorOptions;
  readonly handler: AcceptorHandler;
  readonly clock: Clock;
  /** Custom (de)serializers. */
  readonly hooks?: PacketHooks;
  /** What this end tells of itself in its hello. */
  readonly metadata?: Metadata;
  /** Where clients ask about this process while it does not answer. */
  readonly beacon?: BeaconSign;
  /** Default: asks the system, once, in `listen()`. */
  readonly readLimits?: () => KernelLimits;
}
