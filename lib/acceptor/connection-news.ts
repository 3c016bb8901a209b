import type {
  CloseReason,
  ConnectionClosedEvent,
  ConnectionOpenedEvent,
} from './acceptor-events.js';
import type { AdmittedLink } from './admitted-link.js';

/** What is told of a connection whose handshake is done. */
export function openedEvent({ connection, remote, dialect }: AdmittedLink): ConnectionOpenedEvent {
  const { id: connectionId, peer } = connection!;
  const { peerName, metadata } = peer;
  return { connectionId, remote, dialect: dialect!, peerName, metadata };
}

/** What is told of a link that has ended. */
export function closedEvent(
  admitted: AdmittedLink,
  end: { readonly reason: CloseReason; readonly error: Error | undefined },
  now: number,
): ConnectionClosedEvent {
  const { remote, dialect, stoppedStreams, connection, openedAt } = admitted;
  const ageMs = now - openedAt;
  return { remote, dialect, connectionId: connection?.id, ...end, stoppedStreams, ageMs };
}
