import type { SocketPoolError } from '../errors/socket-pool-error.js';
import type { EventFrame } from '../protocol/frame.js';
import type { IncomingStream } from './incoming-stream.js';
import type { ServerConnection } from './server-connection.js';

/** What a server's connection tells its owner. None of these may throw. */
export interface ServerConnectionHandler {
  onReady(connection: ServerConnection): void;
  /** A request to be answered through its stream. */
  onRequest(stream: IncomingStream): void;
  /** An event to be handled, between `events.begin()` and `events.end()` of its connection. */
  onEvent(frame: EventFrame, connection: ServerConnection): void;
  /** A request or event could not be decoded; it was answered, where there is an answer. */
  onFault(fault: SocketPoolError, connection: ServerConnection): void;
  /** A stream was settled, whichever way. */
  onStreamEnd(stream: IncomingStream): void;
  /** Bytes came or went: what the connection holds may have changed. */
  onTraffic(connection: ServerConnection): void;
  /** Exactly once. Every stream has been stopped. `error` is why, when nobody here wanted it. */
  onClosed(connection: ServerConnection, error: Error | undefined): void;
}
