import type { ServerConnection } from '../connection/server-connection.js';
import { SocketPoolError } from '../errors/socket-pool-error.js';
import type { CloseReason } from './acceptor-events.js';

/** Sorts the end of a connection into the closed lists of causes. */
export function closeReasonOf(
  connection: ServerConnection | undefined,
  error: Error | undefined,
): CloseReason {
  const cause = connection?.closeCause;
  if (cause !== undefined) return { by: 'us', cause };
  if (error instanceof SocketPoolError) {
    return { by: 'us', cause: error.code === 'HEARTBEAT_TIMEOUT' ? 'heartbeat' : 'other' };
  }
  if (error !== undefined) return { by: 'peer', cause: 'reset' };
  return { by: 'peer', cause: connection?.isPeerLeaving === true ? 'goAway' : 'ended' };
}
