import type { SocketPoolError } from '../errors/socket-pool-error.js';
import type { BusyReason } from '../connection/peer-condition.js';
import type { EjectionCause } from '../metrics/causes.js';
import type { PoolState } from '../metrics/snapshot.js';
import type { CloseReason } from './failure-cause.js';

/** A connection of a pool, as events name it. */
export interface ConnectionEvent {
  readonly pool: string;
  readonly endpoint: string;
  readonly connectionId: number;
}

export interface ConnectionClosedEvent extends ConnectionEvent {
  /** Who ended it, and why. */
  readonly reason: CloseReason;
  readonly error: Error | undefined;
}

export interface ConnectFailedEvent {
  readonly pool: string;
  readonly endpoint: string;
  readonly error: SocketPoolError;
  /** Failed attempts in a row, this one included. */
  readonly failures: number;
  /** Until the next attempt, in ms. */
  readonly retryInMs: number;
}

export interface EjectedEvent {
  readonly pool: string;
  readonly endpoint: string;
  readonly cause: EjectionCause;
  /** How often it was ejected, this time included. */
  readonly count: number;
  /** How long it gets no calls, before it is probed, in ms. */
  readonly forMs: number;
}

/** What a pool tells. Few, and only changes: everything else is in the snapshot. */
export interface PoolEvents {
  /** The first ready connection, at the start or after there was none. */
  connected: ConnectionEvent;
  /** The last ready connection is gone. */
  disconnected: { readonly pool: string };
  /** Trying again after all connections had been lost, or could not be made. */
  reconnecting: { readonly pool: string; readonly endpoint: string };
  connectionOpened: ConnectionEvent & { readonly connectMs: number };
  connectionDraining: ConnectionEvent & {
    readonly goAwayReason: number | undefined;
    readonly message: string;
  };
  /** The server is there, but behind: it gets no new calls while another takes them. */
  connectionBusy: ConnectionEvent & {
    /** `late`: no answer in time. `lag`, `queue`: it said so. `stuck`: its beacon says so. */
    readonly why: BusyReason | 'stuck';
  };
  /** The server was busy, and is not any more. */
  connectionRecovered: ConnectionEvent;
  connectionClosed: ConnectionClosedEvent;
  connectFailed: ConnectFailedEvent;
  endpointsChanged: {
    readonly pool: string;
    readonly added: readonly string[];
    readonly removed: readonly string[];
  };
  /** An endpoint fails, and gets no calls for a while. */
  ejected: EjectedEvent;
  /** Calls of a pattern fail at once for so long, because too many of them failed. */
  circuitOpened: { readonly pool: string; readonly pattern: string; readonly forMs: number };
  /** They are let through again. */
  circuitClosed: { readonly pool: string; readonly pattern: string };
  /** It has proven itself, and gets its share again. */
  readmitted: { readonly pool: string; readonly endpoint: string };
  discoveryFailed: { readonly pool: string; readonly error: Error };
  stateChanged: { readonly pool: string; readonly from: PoolState; readonly to: PoolState };
  closed: { readonly pool: string };
}
