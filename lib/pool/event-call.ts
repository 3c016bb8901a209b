import type { QueueEntry } from '../common/queue.js';
import type { ErrorCode } from '../errors/error-codes.js';
import type { SocketPoolError } from '../errors/socket-pool-error.js';
import { warnOfThrown } from '../connection/callback-warning.js';
import type { ClientConnection } from '../connection/client-connection.js';
import type { OutgoingEvent } from '../connection/outgoing-stream.js';
import type { Metadata } from '../protocol/frame.js';
import { FrameType } from '../protocol/frame.js';
import type { DeadlineEntry } from '../resilience/deadline-wheel.js';
import { NOT_WAITING } from '../resilience/deadline-wheel.js';
import type { CallRequest } from './call.js';
import type { Dispatched } from './dispatched.js';
import type { EndpointPool } from './endpoint-pool.js';
import type { PatternCircuit } from './pattern-circuit.js';

/** Who is told how an event fared. A Subject of RxJS fits as it is. What a method throws becomes a process warning. */
export interface EventSink {
  /** The event is with the link. Whether anybody handled it is not known. */
  complete(): void;
  error(error: unknown, code?: ErrorCode): void;
}

/** Who looks after an event until it is with a link. */
export interface EventOwner {
  onDeadline(event: EventCall): void;
  /** The event was not written; the owner settles it, or sends it again. */
  onAttemptFailed(event: EventCall, error: SocketPoolError): void;
  onEventSettled(event: EventCall): void;
}

/** One event on its way: written at most once, and never answered. */
export class EventCall implements OutgoingEvent, Dispatched {
  readonly type = FrameType.Event;
  streamId = 0;
  readonly pattern: string;
  readonly isPatternJson: boolean;
  readonly payload: unknown;
  readonly timeoutMs = 0;
  readonly metadata: Metadata | undefined;
  readonly stickyKey: string | undefined;
  readonly fault = undefined;

  deadlineTick = 0;
  deadlineSlot = NOT_WAITING;
  nextDeadline: DeadlineEntry | undefined = undefined;
  previousDeadline: DeadlineEntry | undefined = undefined;

  deadlineAt = Number.POSITIVE_INFINITY;
  startedAt = 0;
  attempts = 0;
  pass = 0;
  circuit: PatternCircuit | undefined = undefined;
  circuitPass = 0;
  readonly idempotent = false;
  readonly hasValue = false;
  connection: ClientConnection | undefined = undefined;
  endpoint: EndpointPool | undefined = undefined;
  waiter: QueueEntry<unknown> | undefined = undefined;

  readonly #owner: EventOwner;
  readonly #sink: EventSink;
  #isSettled = false;

  constructor(owner: EventOwner, request: CallRequest, sink: EventSink) {
    this.pattern = request.pattern;
    this.isPatternJson = request.isPatternJson;
    this.payload = request.payload;
    this.metadata = request.metadata;
    this.stickyKey = request.stickyKey;
    this.#owner = owner;
    this.#sink = sink;
  }

  send(connection: ClientConnection): void {
    connection.emit(this);
  }

  onWritten(): void {
    if (!this.#settle()) return;
    try {
      this.#sink.complete();
    } catch (error) {
      warnOfThrown(error, 'complete()');
    }
  }

  onFailure(error: SocketPoolError): void {
    if (!this.#isSettled) this.#owner.onAttemptFailed(this, error);
  }

  onDeadline(): void {
    if (!this.#isSettled) this.#owner.onDeadline(this);
  }

  fail(error: SocketPoolError): void {
    if (!this.#settle()) return;
    try {
      this.#sink.error(error, error.code);
    } catch (thrown) {
      warnOfThrown(thrown, 'error()');
    }
  }

  #settle(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    this.#owner.onEventSettled(this);
    return true;
  }
}
