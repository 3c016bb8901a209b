import type { ConnectionPeer } from '../connection/connection-peer.js';
import type { IncomingStream as RequestStream } from '../connection/incoming-stream.js';
import type { WorkTally } from '../metrics/work-tally.js';
import type { EventFrame } from '../protocol/frame.js';

export type { ConnectionPeer } from '../connection/connection-peer.js';
export type {
  IncomingStream as RequestStream,
  IncomingStreamOwner,
  StopReason,
} from '../connection/incoming-stream.js';

/** What whoever does the work sees of a request, and how it is answered. */
export type IncomingStream = Pick<
  RequestStream,
  | ('request' | 'connection' | 'streamId' | 'deadlineAt')
  | ('owner' | 'tally' | 'begunAt' | 'isOpen' | 'stopReason' | 'canSend')
  | ('respond' | 'next' | 'fail' | 'reject')
>;

/** An event, handed over to be handled. */
export interface IncomingEvent {
  readonly frame: EventFrame;
  readonly peer: ConnectionPeer;
  /** When nobody is interested in it any more, on the acceptor's clock; `Infinity` without a limit. */
  readonly deadlineAt: number;
  /** It has been handled. */
  readonly isDone: boolean;
  /** `callback` is called when the time of a drain is up and the event is still in work. */
  whenStopped(callback: () => void): void;
  /** Set by whoever counts its end; it is told the time of the event's arrival. */
  tally: WorkTally | undefined;
  /** It is handled, well or not. To be called once: what is in work is bounded. */
  done(hasFailed?: boolean): void;
}

/** Whoever does the work. Neither method may throw. */
export interface AcceptorHandler {
  /** To be answered through the stream; when nobody waits any more, its owner is told. */
  onRequest(stream: RequestStream): void;
  onEvent(event: IncomingEvent): void;
}
