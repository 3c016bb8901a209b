import type { SocketPoolError } from '../../../lib/errors/socket-pool-error.js';
import type { ClusterReply } from '../../e2e/acceptance/fixtures/instance.controller.js';

/** One call as its caller saw it. */
export interface CallRecord {
  readonly id: number;
  /** Declared to do no harm when it runs twice. */
  readonly isIdempotent: boolean;
  /** With a key that a server with a window runs once only. */
  readonly hasKey: boolean;
  readonly startedAt: number;
  endedAt: number;
  /** How often it ended; once is right. */
  ends: number;
  error: SocketPoolError | undefined;
  reply: ClusterReply | undefined;
}

/** `ok`, or `CODE processed`. */
export function labelOf({ error }: CallRecord): string {
  return error === undefined ? 'ok' : `${error.code} ${error.processed}`;
}
