import type { Clock } from '../common/clock.js';
import type { LoopLag } from '../metrics/loop-lag.js';
import type {
  AcceptorSnapshot,
  AcceptorState,
  AdmissionSnapshot,
  ConnectionSnapshot,
} from '../metrics/snapshot.js';
import { freezeSnapshot } from '../metrics/snapshot.js';
import type { AcceptorOptions } from './acceptor-options.js';
import type { AcceptorStatistics } from './acceptor-statistics.js';
import type { AdmittedLink } from './admitted-link.js';
import type { ListenerGroup } from './listener-group.js';

export interface AcceptorView {
  readonly listeners: Pick<ListenerGroup, 'addresses' | 'configured'>;
  readonly options: Pick<AcceptorOptions, 'backlog' | 'maxConnections' | 'descriptorReserve'>;
  readonly state: AcceptorState;
  readonly isOffline: boolean;
  readonly loopLag: Pick<LoopLag, 'currentMs'>;
  readonly maxConnections: number;
  readonly admitted: Iterable<AdmittedLink>;
  readonly statistics: AcceptorStatistics;
  readonly admission: AdmissionSnapshot;
  readonly clock: Clock;
}

export function acceptorSnapshot(view: AcceptorView): AcceptorSnapshot {
  const { listeners, state, maxConnections, statistics, clock } = view;
  const { backlog, descriptorReserve, maxConnections: wanted } = view.options;
  const connections: ConnectionSnapshot[] = [];
  let { bytesRead, bytesWritten, missedHeartbeats } = statistics;
  for (const admitted of view.admitted) {
    const { traffic } = admitted;
    bytesRead += traffic.bytesRead;
    bytesWritten += traffic.bytesWritten;
    missedHeartbeats += traffic.missedHeartbeats;
    const snapshot = connectionSnapshot(admitted, clock.now());
    if (snapshot !== undefined) connections.push(snapshot);
  }
  return freezeSnapshot({
    addresses: listeners.addresses,
    demand: {
      addresses: [...listeners.configured],
      ...{ backlog, maxConnections: wanted, descriptorReserve },
    },
    state,
    isOffline: view.isOffline,
    loopLagMs: view.loopLag.currentMs,
    connections,
    maxConnections,
    inFlight: connections.reduce((sum, { inFlight }) => sum + inFlight, 0),
    accepted: statistics.accepted,
    refused: statistics.refusalCounts(),
    rejected: statistics.rejections.snapshot(),
    admission: view.admission,
    closes: statistics.closeCounts(),
    bytesRead,
    bytesWritten,
    missedHeartbeats,
    takenAt: clock.wallNow(),
  });
}

/** `undefined` for a link of which it is not known yet what it speaks. */
function connectionSnapshot(admitted: AdmittedLink, now: number): ConnectionSnapshot | undefined {
  const { connection, link } = admitted;
  if (connection === undefined) return undefined;
  const { framed } = connection;
  return {
    id: connection.id,
    address: admitted.remote,
    dialect: connection.peer.dialect,
    state: connection.state,
    inFlight: connection.pending,
    ageMs: now - admitted.openedAt,
    idleMs: connection.pending > 0 ? 0 : now - admitted.idleSince,
    bytesRead: link.bytesRead,
    bytesWritten: link.bytesWritten,
    pendingBytes: framed.pendingBytes,
    lastRoundTripMs: framed.roundTripMs,
    missedHeartbeats: framed.missedHeartbeats,
    peerLoopLagMs: connection.peerLoopLagMs,
    peerCondition: framed.peerCondition.kind,
  };
}
