import type { OptionsInput, ResolvedOptions } from '../common/options.js';
import { count, durationMs, group, sizeBytes } from '../common/options.js';
import { connectionOptionTable } from '../connection/connection-options.js';
import { slowReaderOptionTable } from '../connection/slow-reader-guard.js';
import { LISTENER_OPTIONS } from '../link/link-options.js';
import { admissionOptionTable, rateLimitOptionTable } from './admission-options.js';

const MEBIBYTE = 1024 * 1024;

/** What the server end may configure. Every default is safe. */
export const acceptorOptionTable = {
  ...connectionOptionTable,
  ...LISTENER_OPTIONS,
  maxConnections: count(
    { default: 10_000, min: 1, max: 1_000_000 },
    'The most connections at once; lowered, with a warning, to stay below the limit of open files.',
  ),
  descriptorReserve: count(
    { default: 64, min: 8, max: 100_000 },
    'Open files kept for everything but accepted connections: logs, files, the connections of clients.',
  ),
  maxStreams: count(
    { default: 10_000, min: 1, max: 1_000_000 },
    'The most requests in flight on one connection; more are refused, safe to send elsewhere.',
  ),
  admission: group(admissionOptionTable, 'What the server takes on under load.'),
  rateLimits: group(rateLimitOptionTable, 'How much peers may ask for in a time.'),
  maxEvents: count(
    { default: 4_096, min: 1, max: 1_000_000 },
    'Events in work on one connection from which on it is not read further, until half of them are done.',
  ),
  maxStreamBufferBytes: sizeBytes(
    { default: 4 * MEBIBYTE, min: 1024, max: 1024 * MEBIBYTE },
    'How far a streamed reply that cannot be paced may run ahead of its reader before it is ended.',
  ),
  maxBufferedBytes: sizeBytes(
    { default: 512 * MEBIBYTE, min: MEBIBYTE, max: 1024 * 1024 * MEBIBYTE },
    'What all connections together may make this process hold, of messages half received and of replies not yet read; above it those that hold most are closed.',
  ),
  slowReader: group(slowReaderOptionTable, 'Peers that do not read their replies.'),
  handshakeTimeoutMs: durationMs(
    { default: 5_000, min: 10, max: 600_000 },
    'How long a new peer may take until it has said who it is: its first bytes, and the hello.',
  ),
  idleTimeoutMs: durationMs(
    { default: 0, min: 0, max: 86_400_000 },
    'How long a connection may be without a request or event before it is closed; 0 for any time. Heartbeats do not count.',
  ),
  drainTimeoutMs: durationMs(
    { default: 10_000, min: 0, max: 3_600_000 },
    'How long running requests, streams and events may take to finish after the drain began.',
  ),
};

export type AcceptorOptionsInput = OptionsInput<typeof acceptorOptionTable>;
export type AcceptorOptions = ResolvedOptions<typeof acceptorOptionTable>;

/** What the table cannot say: rules between options. */
export function checkAcceptorOptions(options: AcceptorOptions, problems: string[]): void {
  const { limits, maxBufferedBytes, slowReader } = options;
  if (maxBufferedBytes < limits.maxMessageBytes) {
    problems.push(
      `maxBufferedBytes: ${maxBufferedBytes} is less than limits.maxMessageBytes, ${limits.maxMessageBytes}: one message could not be received`,
    );
  }
  if (slowReader.maxPendingBytes < slowReader.highWaterBytes) {
    problems.push(
      `slowReader.maxPendingBytes: ${slowReader.maxPendingBytes} is less than slowReader.highWaterBytes, ${slowReader.highWaterBytes}`,
    );
  }
}
