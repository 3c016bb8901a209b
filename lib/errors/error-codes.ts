/** Whether the server ran the call: certainly not, perhaps, or certainly. */
export type Processed = 'no' | 'maybe' | 'yes';

/** What a code means. `retryable`: sending the call again, elsewhere or later, can succeed and is safe. */
export interface ErrorCodeDescription {
  /** The number on the wire (PROTOCOL.md §9); codes of the client end alone have none. */
  readonly wire?: number;
  readonly processed: Processed;
  readonly retryable: boolean;
  readonly description: string;
}

/**
 * The closed table of failures. An error that is not here is not a failure of the transport: what a
 * handler throws reaches the caller as Nest's TCP transport delivers it.
 */
export const ERROR_CODES = {
  INVALID_OPTIONS: describe(
    'no',
    false,
    'One or more options are unknown, of the wrong type or out of range; the message lists all of them.',
  ),
  CONNECT_FAILED: describe(
    'no',
    true,
    'No connection could be established: refused, unreachable, name not found, or TLS failed.',
  ),
  CONNECT_TIMEOUT: describe(
    'no',
    true,
    'Establishing a connection (link, TLS and handshake together) took longer than `connectTimeoutMs`.',
  ),
  HANDSHAKE_FAILED: describe(
    'no',
    false,
    'The peer answered, but speaks another protocol, or refused the terms of the hello.',
    1,
  ),
  UNSUPPORTED_VERSION: describe(
    'no',
    false,
    'The peer speaks no version of the protocol that this end speaks.',
    2,
  ),
  NO_ENDPOINT: describe('no', true, 'The pool knows no endpoint for the service.'),
  NO_CONNECTION: describe('no', true, 'No connection is ready, and the pool is set to fail fast.'),
  ACQUIRE_TIMEOUT: describe(
    'no',
    true,
    'The call waited `acquireTimeoutMs` for a connection and none became free.',
  ),
  WAITERS_FULL: describe(
    'no',
    true,
    'The queue of calls that wait for a connection is full (`maxWaiters`).',
  ),
  IN_FLIGHT_LIMIT: describe(
    'no',
    true,
    'The pool has `maxInFlight` calls in flight and is set to fail fast.',
  ),
  LEASE_ENDED: describe(
    'no',
    false,
    'The lease of an exclusive pool was released or destroyed; its link may be somebody else’s by now.',
  ),
  CIRCUIT_OPEN: describe(
    'no',
    true,
    'Too many calls of the pattern failed (`breaker`); for a while they fail at once, wherever they would go.',
  ),
  POOL_CLOSED: describe('no', false, 'The pool is closed or draining and takes no new calls.'),
  DEADLINE_EXCEEDED: describe(
    'maybe',
    false,
    'The deadline passed before the call was settled.',
    3,
  ),
  CANCELLED: describe('maybe', false, 'The caller gave the call up: unsubscribed or aborted.', 4),
  CONNECTION_LOST: describe('maybe', false, 'The connection ended while the call was in flight.'),
  HEARTBEAT_TIMEOUT: describe(
    'maybe',
    false,
    'The peer answered no heartbeat for `heartbeat.misses` intervals; the connection was closed.',
  ),
  REJECTED: describe(
    'no',
    true,
    'The server refused the call before it ran: draining, overloaded or over a limit.',
    5,
  ),
  NO_HANDLER: describe('no', false, 'The service has no handler for the pattern.', 6),
  HANDLER_FAILED: describe(
    'yes',
    false,
    'The handler threw; `cause` is what it threw, as the server sent it.',
    7,
  ),
  BAD_PAYLOAD: describe(
    'no',
    false,
    'The payload could not be decoded by the end that received it.',
    8,
  ),
  UNSERIALIZABLE_PAYLOAD: describe(
    'no',
    false,
    'The data of the call cannot be encoded: circular, BigInt, too deep.',
  ),
  UNSERIALIZABLE_REPLY: describe(
    'yes',
    false,
    'The handler ran, but its reply cannot be encoded.',
    9,
  ),
  MESSAGE_TOO_LARGE: describe(
    'no',
    false,
    'The message is larger than the limit of one of the two ends.',
    10,
  ),
  REPLY_TOO_LARGE: describe(
    'yes',
    false,
    'The handler ran, but its reply is larger than the limit of one of the two ends.',
    11,
  ),
  STREAM_OVERFLOW: describe(
    'yes',
    false,
    'The handler pushed more than `maxStreamBufferBytes` ahead of a slow consumer; return an AsyncIterable to be paced.',
    12,
  ),
  PROTOCOL_ERROR: describe(
    'maybe',
    false,
    'The peer broke a rule of the protocol; the connection was closed.',
    13,
  ),
  INTERNAL_ERROR: describe(
    'maybe',
    false,
    'A defect of the end that reports it; the message says more.',
    14,
  ),
} as const satisfies Record<string, ErrorCodeDescription>;

export type ErrorCode = keyof typeof ERROR_CODES;

function describe(
  processed: Processed,
  retryable: boolean,
  description: string,
  wire?: number,
): ErrorCodeDescription {
  return wire === undefined
    ? { processed, retryable, description }
    : { processed, retryable, description, wire };
}

const codesByWireNumber = new Map<number, ErrorCode>();
for (const code of Object.keys(ERROR_CODES) as ErrorCode[]) {
  const { wire } = ERROR_CODES[code] as ErrorCodeDescription;
  if (wire !== undefined) codesByWireNumber.set(wire, code);
}

/** The wire number of a code; a code without one travels as `INTERNAL_ERROR`. */
export function wireNumberOf(code: ErrorCode): number {
  return (
    (ERROR_CODES[code] as ErrorCodeDescription).wire ??
    (ERROR_CODES.INTERNAL_ERROR as ErrorCodeDescription).wire!
  );
}

/** The code of a wire number; numbers of later versions read as `INTERNAL_ERROR`. */
export function codeOfWireNumber(wire: number): ErrorCode {
  return codesByWireNumber.get(wire) ?? 'INTERNAL_ERROR';
}
