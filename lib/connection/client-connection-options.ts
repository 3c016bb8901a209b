import type { Clock } from '../common/clock.js';
import type { Dialect, PacketHooks } from '../protocol/dialect.js';
import type { GoAwayFrame, Metadata } from '../protocol/frame.js';
import type { BeaconClient } from './beacon-client.js';
import type { ClientConnection } from './client-connection.js';
import type { ConnectionOptions } from './connection-options.js';
import type { BusyTerms, PeerCondition } from './peer-condition.js';

export interface ClientConnectionOptions extends ConnectionOptions {
  readonly dialect: Dialect;
  readonly hooks?: PacketHooks;
  readonly clock: Clock;
  /** Told to the server in the hello. */
  readonly metadata: Metadata | undefined;
  readonly loopLagMs: () => number;
  readonly busy?: BusyTerms;
  readonly beacons?: BeaconClient;
}

/** What a connection tells its owner. */
export interface ClientConnectionHandler {
  /** The handshake is done: calls may be opened. */
  onReady(connection: ClientConnection): void;
  /** A stream ended, and was settled; there is room for another. */
  onStreamEnd(connection: ClientConnection): void;
  /** No new streams from now on; `goAway` is why, when the server asked for it. */
  onDraining(connection: ClientConnection, goAway: GoAwayFrame | undefined): void;
  /** The server became busy or stuck, or is ready again. */
  onCondition?(connection: ClientConnection, condition: PeerCondition): void;
  /** Exactly once. Every stream has been settled. `error` is why, when nobody here wanted it. */
  onClosed(connection: ClientConnection, error: Error | undefined): void;
}
