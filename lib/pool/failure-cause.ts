import type {
  ActiveCloseCause,
  ConnectFailureCause,
  PassiveCloseCause,
} from '../metrics/causes.js';
import { SocketPoolError } from '../errors/socket-pool-error.js';

/** Who ended a connection, and why. */
export type CloseReason =
  | { readonly by: 'us'; readonly cause: ActiveCloseCause }
  | { readonly by: 'peer'; readonly cause: PassiveCloseCause };

const CAUSE_BY_SYSTEM_CODE: Readonly<Record<string, ConnectFailureCause>> = {
  ECONNREFUSED: 'refused',
  ENOENT: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EACCES: 'unreachable',
  EPERM: 'unreachable',
  ENOTFOUND: 'nameNotFound',
  EAI_AGAIN: 'nameNotFound',
  ETIMEDOUT: 'timeout',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
};

/** OpenSSL's and Node's names for what can be wrong with a TLS handshake or a certificate. */
const TLS_CODE =
  /^(ERR_TLS|ERR_SSL|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/;

/** Sorts a failed attempt to connect into the closed list of causes. */
export function connectFailureCause(error: SocketPoolError): ConnectFailureCause {
  if (error.code === 'CONNECT_TIMEOUT') return 'timeout';
  if (error.code === 'POOL_CLOSED') return 'abandoned';
  if (error.code !== 'CONNECT_FAILED' && error.code !== 'CONNECTION_LOST') return 'handshake';
  // A link that ended in order, but before the handshake was over, leaves nothing behind.
  if (error.cause === undefined) return 'reset';
  const code = systemCodeOf(error.cause);
  if (code === undefined) return error.code === 'CONNECTION_LOST' ? 'reset' : 'other';
  return CAUSE_BY_SYSTEM_CODE[code] ?? (TLS_CODE.test(code) ? 'tls' : 'other');
}

/** @param error what the link reported, `undefined` when it ended in order */
export function closeReason(error: Error | undefined): CloseReason {
  if (error === undefined) return { by: 'peer', cause: 'ended' };
  if (!(error instanceof SocketPoolError)) return { by: 'peer', cause: 'reset' };
  if (error.code === 'HEARTBEAT_TIMEOUT') return { by: 'us', cause: 'heartbeat' };
  if (error.origin === 'remote') return { by: 'peer', cause: 'goAway' };
  return {
    by: 'us',
    cause:
      error.code === 'PROTOCOL_ERROR' || error.code === 'MESSAGE_TOO_LARGE'
        ? 'protocolError'
        : 'other',
  };
}

/** The first `code` of the system down the chain of causes; several addresses fail together in an AggregateError. */
function systemCodeOf(error: unknown): string | undefined {
  for (let depth = 0; depth < 5 && error instanceof Error; depth++) {
    const { code } = error as NodeJS.ErrnoException;
    if (typeof code === 'string' && !(error instanceof SocketPoolError)) return code;
    error = error instanceof AggregateError ? error.errors[0] : error.cause;
  }
  return undefined;
}
