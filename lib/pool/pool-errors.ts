import { MAX_TIMER_DELAY_MS } from '../common/clock.js';
import { printValue } from '../common/options.js';
import type { ErrorCode } from '../errors/error-codes.js';
import { messageOf, SocketPoolError } from '../errors/socket-pool-error.js';
import type { Dispatched } from './dispatched.js';

export function closedError(pool: string): SocketPoolError {
  return new SocketPoolError('POOL_CLOSED', `the pool ${pool} is closed`);
}

/** For what is in flight when the time of a closing pool is up. */
export function cutError(pool: string): SocketPoolError {
  const text = `the pool ${pool} was closed before the call was settled`;
  return new SocketPoolError('CONNECTION_LOST', text);
}

/** The deadline passed; says where that met the call. */
export function deadlineError(item: Dispatched, pool: string): SocketPoolError {
  const isInFlight = item.connection !== undefined;
  const where = isInFlight
    ? `attempt ${item.attempts}, at ${item.endpoint?.endpoint.address}`
    : 'it was waiting for a connection';
  const ms = Math.round(item.deadlineAt - item.startedAt);
  const text = `${item.pattern} at ${pool} was not settled within ${ms} ms (${where})`;
  return new SocketPoolError('DEADLINE_EXCEEDED', text, { processed: isInFlight ? 'maybe' : 'no' });
}

/** What the call was made for has ended: its own deadline passed, or nobody waits for it any more. */
export function givenUpError(item: Dispatched, cause: Error): SocketPoolError {
  const isLate = cause instanceof SocketPoolError && cause.code === 'DEADLINE_EXCEEDED';
  const text = `${item.pattern} was given up with the request that it was made for: ${cause.message}`;
  return new SocketPoolError(isLate ? 'DEADLINE_EXCEEDED' : 'CANCELLED', text, {
    processed: item.connection === undefined ? 'no' : 'maybe',
    cause,
  });
}

/** The server answered that it cannot serve the call. */
export function answeredError(
  item: Dispatched,
  code: ErrorCode,
  payload: unknown,
): SocketPoolError {
  const why = typeof payload === 'string' ? payload : 'the server does not say why';
  const hasDeadline = code === 'DEADLINE_EXCEEDED' && Number.isFinite(item.deadlineAt);
  const limit = hasDeadline ? ` (${Math.round(item.deadlineAt - item.startedAt)} ms)` : '';
  const where = item.endpoint === undefined ? '' : ` at ${item.endpoint.endpoint.address}`;
  const text = `${item.pattern} failed${where}: ${why}${limit}`;
  return new SocketPoolError(code, text, { origin: 'remote' });
}

/** What a connection threw when it was given the call. */
export function sendingError(error: unknown): SocketPoolError {
  if (error instanceof SocketPoolError) return error;
  const text = `the call could not be sent: ${messageOf(error)}`;
  return new SocketPoolError('INTERNAL_ERROR', text, { processed: 'no', cause: error });
}

/** @param openMs how much longer calls of its pattern are refused */
export function circuitOpenError(item: Dispatched, pool: string, openMs: number): SocketPoolError {
  const time = openMs > 0 ? `for ${Math.ceil(openMs)} ms more` : 'while it is probed';
  const text = `${item.pattern} at ${pool} was not sent: too many of its calls failed, and its circuit is open ${time}`;
  return new SocketPoolError('CIRCUIT_OPEN', text, { retryAfterMs: openMs });
}

export function badDeadlineError(deadlineMs: unknown): SocketPoolError {
  const range = `a number of milliseconds from 0 to ${MAX_TIMER_DELAY_MS}`;
  const text = `deadlineMs: ${printValue(deadlineMs)} is not ${range}`;
  return new SocketPoolError('INVALID_OPTIONS', text);
}
