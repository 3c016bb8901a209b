import type { Clock } from '../common/clock.js';
import type { Dialect, PacketHooks, ProtocolLimits, Role } from '../protocol/dialect.js';
import type { HeartbeatTerms } from './heartbeat.js';

/** What both ends of a connection configure. */
export interface FramedLinkOptions {
  readonly role: Role;
  readonly dialect: Dialect;
  readonly limits: ProtocolLimits;
  readonly hooks?: PacketHooks;
  readonly clock: Clock;
  readonly heartbeat: HeartbeatTerms | false;
  /** The longest time from the first byte of a message to its last, in ms. */
  readonly messageTimeoutMs: number;
  /** How late the loop of this process runs, in ms, for the pongs. */
  readonly loopLagMs: () => number;
  /** How long the oldest call that has not started has waited here, in ms, for the pongs. */
  readonly queueAgeMs: () => number;
}
