import type { ErrorFrame, EventFrame, RequestFrame } from '../protocol/frame.js';
import type { SocketPoolError } from '../errors/socket-pool-error.js';

/**
 * A request as its connection sees it. The caller's own object is the frame and the entry of the
 * in-flight table at once, so that a call costs no further object here.
 *
 * Between `open` and the end, exactly one of `onEnd`, `onErrorFrame` and `onFailure` is called,
 * unless the caller cancels first: after `cancel` nothing is called any more. Each of the methods may
 * cancel this stream, open others, and destroy the connection. None may throw.
 */
export interface OutgoingStream extends RequestFrame {
  /** Given by the connection when it opens the stream. */
  streamId: number;
  /** Bytes received and consumed, for which no credit has been sent yet; kept by the connection. */
  ungrantedBytes: number;

  /**
   * A value of the reply. `creditBytes` go back with `grant` once the value is consumed; 0 for the last one.
   * After the last one `onEnd` follows; to cancel then tells the server nothing.
   */
  onValue(payload: unknown, creditBytes: number, isLast: boolean): void;
  /** The reply is complete. */
  onEnd(): void;
  /** The server ended the stream with an error: of the handler, or of its own. */
  onErrorFrame(frame: ErrorFrame): void;
  /** The transport failed; `processed` tells whether the server can have run the call. */
  onFailure(error: SocketPoolError): void;
}

/** An event on its way. Exactly one of its methods is called. None may throw. */
export interface OutgoingEvent extends EventFrame {
  streamId: number;
  /** The bytes were handed to the kernel's side of the link. */
  onWritten(): void;
  /** The event was never written: sending it again is safe. */
  onFailure(error: SocketPoolError): void;
}
