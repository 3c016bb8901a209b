import type { ActiveCloseCause, PassiveCloseCause, RefusalCause } from '../metrics/causes.js';
import type { Metadata } from '../protocol/frame.js';
import type { AcceptorWarning } from './admission.js';
import type { EventRefusal } from './event-refusals.js';

/** Who ended a connection, and why. */
export type CloseReason =
  | { readonly by: 'us'; readonly cause: ActiveCloseCause }
  | { readonly by: 'peer'; readonly cause: PassiveCloseCause };

export interface ConnectionOpenedEvent {
  readonly connectionId: number;
  /** For people: `10.0.0.7:50000`. */
  readonly remote: string;
  readonly dialect: 'binary' | 'nest-tcp';
  /** TLS with a verified certificate: its subject's common name. */
  readonly peerName: string | undefined;
  /** What the peer told of itself in its hello; `undefined` where the dialect has none. */
  readonly metadata: Metadata | undefined;
}

export interface ConnectionClosedEvent {
  readonly remote: string;
  /** `undefined` for a peer that never said what it speaks. */
  readonly dialect: 'binary' | 'nest-tcp' | undefined;
  readonly connectionId: number | undefined;
  readonly reason: CloseReason;
  /** What the peer did wrong, or what went wrong. */
  readonly error: Error | undefined;
  /** Requests whose work was stopped with it. */
  readonly stoppedStreams: number;
  readonly ageMs: number;
}

export interface LinkRefusedEvent {
  readonly remote: string;
  readonly cause: RefusalCause;
  /** The numbers: `10000 of 10000 connections`. */
  readonly message: string;
}

export interface PeerErrorEvent {
  readonly remote: string;
  readonly error: Error;
}

/** What an acceptor tells. Few, and only changes: everything else is in the snapshot. */
export interface AcceptorEvents {
  listening: { readonly addresses: readonly string[] };
  /** The handshake is done. */
  connectionOpened: ConnectionOpenedEvent;
  /** Exactly once for every link that was admitted. */
  connectionClosed: ConnectionClosedEvent;
  /** A link was turned away. */
  linkRefused: LinkRefusedEvent;
  /** A peer did not become a link: its TLS handshake failed, or the system could not accept it. */
  linkFailed: PeerErrorEvent;
  /** A request or event could not be decoded; its connection goes on. */
  messageFaulty: PeerErrorEvent;
  /** Events were over a rate; at most once a second. */
  eventsRefused: EventRefusal;
  warning: AcceptorWarning;
  draining: { readonly connections: number; readonly timeoutMs: number };
  /** `stoppedStreams` were still running when the time was up. */
  closed: { readonly stoppedStreams: number };
}
