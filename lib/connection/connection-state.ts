/**
 * The life of a connection:
 *
 *   handshaking ──hello──▶ ready ──go-away, retire──▶ draining ──last stream ended──▶ closed
 *        │                   │                            │                             ▲
 *        └───────────────────┴──────── failure, destroy ──┴─────────────────────────────┘
 *
 * No state is ever entered twice.
 */
export type ConnectionState = 'handshaking' | 'ready' | 'draining' | 'closed';

const RANK: Readonly<Record<ConnectionState, number>> = {
  handshaking: 0,
  ready: 1,
  draining: 2,
  closed: 3,
};

/** Whether a connection may go from one state to the other. */
export function mayTransition(from: ConnectionState, to: ConnectionState): boolean {
  return RANK[to] > RANK[from];
}

let lastConnectionId = 0;

/** A number that no other connection of this process has, for logs and snapshots. */
export function nextConnectionId(): number {
  lastConnectionId++;
  return lastConnectionId;
}
