import type { ErrorCode } from '../errors/error-codes.js';
import type { SocketPoolError } from '../errors/socket-pool-error.js';
import type { CallOutcome } from './call.js';

/**
 * What an attempt tells of the endpoint it went to. `answered`: it failed, and the answer says so: the
 * peer lives. `late`: no answer in time. `lost`: its connection went first. `nothing`: it was given up,
 * refused before it ran, or could not be sent.
 */
export type AttemptOutcome = 'succeeded' | 'answered' | 'late' | 'lost' | 'nothing';

const OUTCOME_BY_CODE: Readonly<Partial<Record<ErrorCode, AttemptOutcome>>> = {
  CONNECTION_LOST: 'lost',
  HEARTBEAT_TIMEOUT: 'lost',
  PROTOCOL_ERROR: 'lost',
  DEADLINE_EXCEEDED: 'late',
  HANDLER_FAILED: 'answered',
  NO_HANDLER: 'answered',
  UNSERIALIZABLE_REPLY: 'answered',
  REPLY_TOO_LARGE: 'answered',
};

/** Of an attempt that failed with an error of the transport. */
export function outcomeOfFailure(error: SocketPoolError): AttemptOutcome {
  // One that was never written is lost with its connection too, but did not find that out.
  if (error.processed === 'no' && error.origin === 'local') return 'nothing';
  if (error.code === 'INTERNAL_ERROR') return error.origin === 'remote' ? 'answered' : 'nothing';
  return OUTCOME_BY_CODE[error.code] ?? 'nothing';
}

/** Of the attempt that was in flight when its call was settled. @param hasValue part of the reply had come */
export function outcomeOfCall(outcome: CallOutcome, hasValue: boolean): AttemptOutcome {
  if (outcome === 'succeeded') return 'succeeded';
  if (outcome === 'failed') return 'answered';
  return outcome === 'deadline' && !hasValue ? 'late' : 'nothing';
}
