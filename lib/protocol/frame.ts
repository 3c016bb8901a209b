import type { ErrorCode } from '../errors/error-codes.js';
import type { SocketPoolError } from '../errors/socket-pool-error.js';

/** The numbers of the frame types on the wire (PROTOCOL.md §4). Numbers from 0x80 on may be ignored when unknown. */
export const FrameType = {
  Hello: 0x01,
  Request: 0x02,
  Event: 0x03,
  Response: 0x04,
  Error: 0x05,
  Cancel: 0x06,
  Credit: 0x07,
  Ping: 0x08,
  Pong: 0x09,
  GoAway: 0x0a,
  Rejected: 0x0b,
} as const;

/** The greatest stream id; a connection that has used it opens no further stream. */
export const MAX_STREAM_ID = 0x7fff_ffff;

/** Text keys to JSON values, always on an object without a prototype when it came from a peer. */
export type Metadata = Readonly<Record<string, unknown>>;

/** What each end tells the other once, before anything else. */
export interface HelloFrame {
  readonly type: typeof FrameType.Hello;
  /** The version of the dialect, `1` today. */
  readonly version: number;
  /** The largest frame body this end accepts, in bytes. */
  readonly maxFrameBytes: number;
  /** The most streams the other end may have open at once; 0 when this end accepts none. */
  readonly maxStreams: number;
  /** Bytes of streamed responses the other end may send on a new stream before it needs credit. */
  readonly initialCreditBytes: number;
  /** How often this end sends a ping when it has heard nothing, in ms; 0 when it sends none. */
  readonly heartbeatIntervalMs: number;
  /** Numbers of the payload codecs this end can read. */
  readonly codecs: readonly number[];
  /** Instance name, zone, software version and the like. */
  readonly metadata: Metadata | undefined;
}

interface OpeningFrame {
  readonly streamId: number;
  /** The pattern as text: strings as they are, everything else as JSON. */
  readonly pattern: string;
  /** The pattern was no string, so `pattern` is its JSON text. */
  readonly isPatternJson: boolean;
  readonly payload: unknown;
  /** How long the sender still waits, in whole ms; 0 when it sets no limit. */
  readonly timeoutMs: number;
  readonly metadata: Metadata | undefined;
  /** Set on receipt when the frame is in order but its payload or metadata cannot be decoded. */
  readonly fault: SocketPoolError | undefined;
}

/** Opens a stream: runs a handler, and is answered. */
export interface RequestFrame extends OpeningFrame {
  readonly type: typeof FrameType.Request;
}

/** Runs the handlers of an event, and is not answered. */
export interface EventFrame extends OpeningFrame {
  readonly type: typeof FrameType.Event;
}

/** A value of a reply, its end, or both. */
export interface ResponseFrame {
  readonly type: typeof FrameType.Response;
  readonly streamId: number;
  readonly hasPayload: boolean;
  readonly payload: unknown;
  /** Nothing follows on this stream. */
  readonly isEnd: boolean;
  /** Bytes of the frame that count against the stream's credit; set on receipt. */
  readonly creditBytes: number;
  readonly fault: SocketPoolError | undefined;
}

/** Ends a stream with a failure. */
export interface ErrorFrame {
  readonly type: typeof FrameType.Error;
  readonly streamId: number;
  readonly code: ErrorCode;
  /** For `HANDLER_FAILED` and `NO_HANDLER`: the `err` of Nest, as it is. For the others: the message. */
  readonly payload: unknown;
}

/** The caller has lost interest in a stream; nothing is answered. */
export interface CancelFrame {
  readonly type: typeof FrameType.Cancel;
  readonly streamId: number;
}

/** Permission to send `bytes` more of a streamed response. */
export interface CreditFrame {
  readonly type: typeof FrameType.Credit;
  readonly streamId: number;
  readonly bytes: number;
}

export interface PingFrame {
  readonly type: typeof FrameType.Ping;
  /** Chosen by the sender, returned in the pong; an unsigned 32-bit number. */
  readonly nonce: number;
}

export interface PongFrame {
  readonly type: typeof FrameType.Pong;
  readonly nonce: number;
  /** How late the loop of the answering process runs, in whole ms. */
  readonly loopLagMs: number;
  /** How long the oldest call that has not started has waited there, in whole ms. */
  readonly queueAgeMs: number;
}

/** Why a connection takes no new streams. The numbers are those on the wire. */
export const GoAwayReason = {
  /** The process is shutting down. */
  Shutdown: 1,
  /** The connection has reached its lifetime, or is not needed any more. */
  Retired: 2,
  /** An operator took the instance out of service. */
  Offline: 3,
  /** The peer broke a rule of the protocol. */
  ProtocolError: 4,
  UnsupportedVersion: 5,
  /** A limit of the acceptor: connections in total or of one address. */
  TooManyConnections: 6,
  /** The peer was silent, or too slow to read. */
  Timeout: 7,
} as const;

export type GoAwayReason = (typeof GoAwayReason)[keyof typeof GoAwayReason];

/** No new streams; those up to `lastStreamId` are still served, later ones were never run. */
export interface GoAwayFrame {
  readonly type: typeof FrameType.GoAway;
  readonly lastStreamId: number;
  /** A number of {@link GoAwayReason}, or of a later version. */
  readonly reason: number;
  readonly message: string;
}

/** Why a call was refused. The numbers are those on the wire. */
export const RejectReason = {
  Draining: 1,
  Overloaded: 2,
  TooManyStreams: 3,
  DeadlinePassed: 4,
  RateLimited: 5,
} as const;

export type RejectReason = (typeof RejectReason)[keyof typeof RejectReason];

/** The stream was refused before anything ran: sending it elsewhere is safe. */
export interface RejectedFrame {
  readonly type: typeof FrameType.Rejected;
  readonly streamId: number;
  readonly reason: number;
  /** How long the sender asks to be left alone, in whole ms; 0 when it does not say. */
  readonly retryAfterMs: number;
  readonly message: string;
}

export type Frame =
  | HelloFrame
  | RequestFrame
  | EventFrame
  | ResponseFrame
  | ErrorFrame
  | CancelFrame
  | CreditFrame
  | PingFrame
  | PongFrame
  | GoAwayFrame
  | RejectedFrame;
