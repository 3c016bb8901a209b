import type { Clock } from '../common/clock.js';
import type { Dialect, PacketHooks, ProtocolLimits, Role } from '../protocol/dialect.js';
import type { HeartbeatPeer, HeartbeatTerms } from './heartbeat.js';
import type { BusyTerms } from './peer-condition.js';

/** What both ends of a connection configure. */
export interface FramedLinkOptions {
  readonly role: Role;
  readonly dialect: Dialect;
  readonly limits: ProtocolLimits;
  readonly hooks?: PacketHooks;
  readonly clock: Clock;
  readonly heartbeat: HeartbeatTerms | false;
  /** When the peer counts as busy; without them it is there, or it is not. */
  readonly busy?: BusyTerms;
  /** Asks the beacon of the peer: see `HeartbeatPeer`. */
  readonly askBeacon?: HeartbeatPeer['askBeacon'];
  /** The longest time from the first byte of a message to its last, in ms. */
  readonly messageTimeoutMs: number;
  /** How late the loop of this process runs, in ms, for the pongs. */
  readonly loopLagMs: () => number;
  /** How long the oldest call that has not started has waited here, in ms, for the pongs. */
  readonly queueAgeMs: () => number;
}
