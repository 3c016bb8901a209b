/** Why things failed or ended: closed lists, so that the series counted by them stay few. */

/** Why a connection could not be established. */
export const CONNECT_FAILURE_CAUSES = [
  /** Nobody listens there (ECONNREFUSED, or no such unix socket). */
  'refused',
  /** No route, or no permission to go there. */
  'unreachable',
  /** Not ready within `connectTimeoutMs`: link, TLS and handshake together. */
  'timeout',
  'nameNotFound',
  'tls',
  /** The link stood, but the peer spoke another protocol or refused the terms. */
  'handshake',
  /** The peer, or something on the way, cut the link before it was ready. */
  'reset',
  /** This end gave up: the pool was closed, or the endpoint is gone. */
  'abandoned',
  'other',
] as const;

/** Why this end closed a connection. */
export const ACTIVE_CLOSE_CAUSES = [
  /** Not needed: quiet for `idleTimeoutMs`, or above what the watermarks ask for. */
  'idle',
  'lifetime',
  /** The pool or the acceptor was closed. */
  'shutdown',
  /** Discovery names the endpoint no longer. */
  'endpointGone',
  /** No answer to the heartbeats. */
  'heartbeat',
  'handshakeTimeout',
  /** The peer started a message and did not finish it in time. */
  'messageTimeout',
  /** The peer does not read what it asked for. */
  'slowReader',
  /** The peer broke a rule of the protocol, or a limit. */
  'protocolError',
  /** An exclusive pool found it unusable: `validate` or `reset` failed. */
  'validation',
  'other',
] as const;

/** How the other end, or the network, ended a connection. */
export const PASSIVE_CLOSE_CAUSES = [
  /** Announced: a go-away came before the end. */
  'goAway',
  /** FIN without an announcement. */
  'ended',
  /** RST, or any other failure of the link. */
  'reset',
] as const;

/** What a client learned from the beacon of a silent server. */
export const BEACON_VERDICTS = [
  /** Its loop stands still. */
  'stuck',
  /** Its loop turns: it is the connection that is broken, or it answers right now. */
  'turning',
  /** Nobody answered, or another process did. */
  'nobody',
] as const;

/** Why the acceptor turned a link away. */
export const REFUSAL_CAUSES = [
  'tooManyConnections',
  'tooManyFromAddress',
  'draining',
  'offline',
] as const;

/** Why a server refused a call before it ran. */
export const REJECTION_CAUSES = [
  'draining',
  'overloaded',
  'tooManyStreams',
  'deadlinePassed',
  'rateLimited',
] as const;

/** Why a call was sent again. */
export const RETRY_REASONS = [
  /** Nothing of it had been written. */
  'unsent',
  /** The server had refused it before it ran. */
  'rejected',
  /** It was in flight when its connection ended, and may run twice. */
  'lost',
] as const;

/** Why an endpoint was ejected. */
export const EJECTION_CAUSES = [
  /** No answer several times in a row: timeouts, lost connections. */
  'unanswered',
  /** Failed several times in a row, and the others do not. */
  'failing',
  /** Fails more often than the others. */
  'successRate',
] as const;

export type ConnectFailureCause = (typeof CONNECT_FAILURE_CAUSES)[number];
export type ActiveCloseCause = (typeof ACTIVE_CLOSE_CAUSES)[number];
export type PassiveCloseCause = (typeof PASSIVE_CLOSE_CAUSES)[number];
export type RetryReason = (typeof RETRY_REASONS)[number];
export type BeaconVerdict = (typeof BEACON_VERDICTS)[number];
export type CloseCause = ActiveCloseCause | PassiveCloseCause;
export type EjectionCause = (typeof EJECTION_CAUSES)[number];
export type RefusalCause = (typeof REFUSAL_CAUSES)[number];
export type RejectionCause = (typeof REJECTION_CAUSES)[number];
