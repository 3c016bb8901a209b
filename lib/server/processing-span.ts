import type { SocketPoolContext } from './socket-pool-context.js';

/**
 * Runs `run` between the processing hooks of a Nest server. `run` is told how to say that the work has ended,
 * and never rejects: a hook may drop its promise.
 */
export type ProcessingSpan = (
  context: SocketPoolContext,
  run: (onEnd: () => void) => Promise<void>,
) => Promise<unknown>;
