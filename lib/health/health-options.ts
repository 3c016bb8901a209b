import { invalidOptionsError } from '../errors/socket-pool-error.js';
import type { PoolHealthLimits } from './pool-verdict.js';
import type { ServerHealthLimits } from './server-verdict.js';

/** From where on a pool is not well; all may be left out. */
export interface PoolHealthOptions {
  /** Ready connections below which the pool is `down`: a whole number from 0. Default 1. */
  readonly minReadyConnections?: number;
  /** Waiting calls from which on the pool is `degraded`: a whole number from 1. Default 1. */
  readonly degradedWaiters?: number;
}

/** How a round trip is made; all may be left out. */
export interface RoundTripOptions {
  /** How long to wait for the answer, in ms, from 1 to 60 000. Default 1 000. */
  readonly timeoutMs?: number;
  /** The address of the one endpoint to ask. Default: all that are ready, 32 at most. */
  readonly endpoint?: string;
}

/** From where on a server is not well; all may be left out. */
export interface ServerHealthOptions {
  /** How late the event loop may run, in ms, from 1 to 60 000; later is `down`. Default 1 000. */
  readonly maxLoopLagMs?: number;
  /** The share of its connections from which on the server is `degraded`, above 0, up to 1. Default 0.9. */
  readonly degradedConnectionsRatio?: number;
}

const POOL_INDICATOR = 'SocketPoolHealthIndicator';
const MAX_TIMEOUT_MS = 60_000;

/** @throws SocketPoolError `INVALID_OPTIONS` that lists every problem */
export function resolveHealthOptions(options: PoolHealthOptions): PoolHealthLimits {
  const { minReadyConnections = 1, degradedWaiters = 1 } = options;
  const problems = unknownNames(options, ['minReadyConnections', 'degradedWaiters']);
  if (!isWhole(minReadyConnections, 0)) {
    problems.push(
      `minReadyConnections: ${String(minReadyConnections)} is not a whole number from 0`,
    );
  }
  if (!isWhole(degradedWaiters, 1)) {
    problems.push(`degradedWaiters: ${String(degradedWaiters)} is not a whole number from 1`);
  }
  refuse(problems, `${POOL_INDICATOR}.isHealthy`);
  return { minReadyConnections, degradedWaiters };
}

/** @throws SocketPoolError `INVALID_OPTIONS` that lists every problem */
export function resolveRoundTripOptions(
  options: RoundTripOptions,
): RoundTripOptions & { timeoutMs: number } {
  const { timeoutMs = 1_000, endpoint } = options;
  const problems = unknownNames(options, ['timeoutMs', 'endpoint']);
  problems.push(...timeProblems('timeoutMs', timeoutMs));
  if (endpoint !== undefined && typeof endpoint !== 'string') {
    problems.push('endpoint: it is not the address of an endpoint');
  }
  refuse(problems, `${POOL_INDICATOR}.roundTrip`);
  return { timeoutMs, endpoint };
}

/** @throws SocketPoolError `INVALID_OPTIONS` that lists every problem */
export function resolveServerHealthOptions(options: ServerHealthOptions): ServerHealthLimits {
  const { maxLoopLagMs = 1_000, degradedConnectionsRatio: ratio = 0.9 } = options;
  const problems = unknownNames(options, ['maxLoopLagMs', 'degradedConnectionsRatio']);
  problems.push(...timeProblems('maxLoopLagMs', maxLoopLagMs));
  if (!(typeof ratio === 'number' && ratio > 0 && ratio <= 1)) {
    const text = `${String(ratio)} is not a number above 0, up to 1`;
    problems.push(`degradedConnectionsRatio: ${text}`);
  }
  refuse(problems, 'SocketPoolServerHealthIndicator.isHealthy');
  return { maxLoopLagMs, degradedConnectionsRatio: ratio };
}

function timeProblems(name: string, value: unknown): string[] {
  if (typeof value === 'number' && value >= 1 && value <= MAX_TIMEOUT_MS) return [];
  const range = `from 1 to ${MAX_TIMEOUT_MS}`;
  return [`${name}: ${String(value)} is not a number of milliseconds ${range}`];
}

function isWhole(value: unknown, min: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= min;
}

function unknownNames(options: object, known: readonly string[]): string[] {
  return Object.keys(options)
    .filter((name) => !known.includes(name))
    .map((name) => `${name}: there is no such option`);
}

function refuse(problems: readonly string[], method: string): void {
  if (problems.length > 0) throw invalidOptionsError(method, problems);
}
