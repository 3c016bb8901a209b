import type { ClientConnection } from '../connection/client-connection.js';
import type { SocketPoolError } from '../errors/socket-pool-error.js';
import type { DeadlineEntry } from '../resilience/deadline-wheel.js';
import type { EndpointPool } from './endpoint-pool.js';
import type { PatternCircuit } from './pattern-circuit.js';
import type { Waiter } from './waiter-queue.js';

/** What a dispatcher brings to a connection: a call, or an event. */
export interface Dispatched extends Waiter, DeadlineEntry {
  readonly pattern: string;
  readonly isPatternJson: boolean;
  /** Running it twice does no harm; `undefined` when it does not say. */
  readonly idempotent: boolean | undefined;
  /** Part of the reply has reached the caller: sending it again would repeat that. */
  readonly hasValue: boolean;
  /** Goes where others of the same key go. */
  readonly stickyKey: string | undefined;
  startedAt: number;
  /** On the pool's clock; `Infinity` without a deadline. */
  deadlineAt: number;
  attempts: number;
  /** Of the running attempt, for the health of its endpoint. */
  pass: number;
  /** Of its pattern; `undefined` where patterns are not watched. */
  circuit: PatternCircuit | undefined;
  circuitPass: number;
  /** Where the running attempt is; `undefined` while it waits, and once it is settled. */
  connection: ClientConnection | undefined;
  /** Where the last attempt went. */
  endpoint: EndpointPool | undefined;

  /** @throws SocketPoolError when it cannot be encoded: it was not sent */
  send(connection: ClientConnection, now: number): void;

  /** Settles it with a failure of the transport. */
  fail(error: SocketPoolError): void;
}
