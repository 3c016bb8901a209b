import type { ErrorCode, Processed } from '../errors/error-codes.js';
import type { SocketPoolError } from '../errors/socket-pool-error.js';
import { warnOfThrown } from '../connection/callback-warning.js';
import type { ClientConnection } from '../connection/client-connection.js';
import type { OutgoingStream } from '../connection/outgoing-stream.js';
import type { FollowedCall } from '../common/call-scope.js';
import type { QueueEntry } from '../common/queue.js';
import type { ErrorFrame, Metadata } from '../protocol/frame.js';
import { FrameType } from '../protocol/frame.js';
import type { DeadlineEntry } from '../resilience/deadline-wheel.js';
import { NOT_WAITING } from '../resilience/deadline-wheel.js';
import type { Dispatched } from './dispatched.js';
import type { EndpointPool } from './endpoint-pool.js';
import type { PatternCircuit } from './pattern-circuit.js';
import { answeredError, givenUpError } from './pool-errors.js';

/** Where the reply of a call goes. A Subscriber of RxJS fits as it is. What a method throws becomes a process warning. */
export interface CallSink {
  /** @param creditBytes for paced calls: to be given back with `consumed` */
  next(value: unknown, creditBytes?: number): void;
  complete(): void;
  /**
   * @param error a `SocketPoolError` for failures of the transport; for a failed handler what it threw, as the server sent it
   * @param code `HANDLER_FAILED` or `NO_HANDLER` in the second case
   */
  error(error: unknown, code?: ErrorCode): void;
}

/** What a caller asks for. */
export interface CallRequest {
  /** The pattern as text: strings as they are, everything else as JSON. */
  readonly pattern: string;
  readonly isPatternJson: boolean;
  readonly payload: unknown;
  readonly metadata: Metadata | undefined;
  /** How long the call may take in ms; 0 without limit; `undefined` for the pool's default. */
  readonly deadlineMs: number | undefined;
  /** Running the call twice does no harm; `undefined`: as the pool is told of its pattern, or of all calls. */
  readonly idempotent: boolean | undefined;
  /** Calls of the same key go to the same endpoint, unless it is gone or overloaded; `undefined` for any. */
  readonly stickyKey?: string | undefined;
}

/** Who looks after a call between its beginning and its end. */
export interface CallOwner {
  onDeadline(call: Call): void;
  /** An attempt failed; the owner settles the call, or sends it again. */
  onAttemptFailed(call: Call, error: SocketPoolError): void;
  /** The call was settled. */
  onCallSettled(call: Call, outcome: CallOutcome): void;
}

export type CallOutcome = 'succeeded' | 'failed' | 'cancelled' | 'deadline';

/**
 * One call from its beginning to its only end, over as many attempts as it takes. It is the request
 * frame, the entry of the in-flight table and that of the deadline wheel at once: on the data path
 * nothing else is made for a call.
 */
export class Call implements OutgoingStream, Dispatched, FollowedCall {
  readonly type = FrameType.Request;
  streamId = 0;
  readonly pattern: string;
  readonly isPatternJson: boolean;
  readonly payload: unknown;
  timeoutMs = 0;
  readonly metadata: Metadata | undefined;
  readonly fault = undefined;
  ungrantedBytes = 0;

  deadlineTick = 0;
  deadlineSlot = NOT_WAITING;
  nextDeadline: DeadlineEntry | undefined = undefined;
  previousDeadline: DeadlineEntry | undefined = undefined;

  deadlineAt = Number.POSITIVE_INFINITY;
  startedAt = 0;
  /** When the running attempt was sent, where somebody times it. */
  sentAt = 0;
  attempts = 0;
  pass = 0;
  circuit: PatternCircuit | undefined = undefined;
  circuitPass = 0;
  readonly idempotent: boolean | undefined;
  /** Whoever consumes the reply gives the credit back. */
  readonly isPaced: boolean;
  readonly stickyKey: string | undefined;
  connection: ClientConnection | undefined = undefined;
  endpoint: EndpointPool | undefined = undefined;
  waiter: QueueEntry<unknown> | undefined = undefined;

  readonly #owner: CallOwner;
  readonly #sink: CallSink;
  #isSettled = false;
  #hasValue = false;
  #hasLastValue = false;
  #isStreamed = false;
  /** An attempt failed that the server can have run. */
  #mayHaveRun = false;

  constructor(owner: CallOwner, request: CallRequest, sink: CallSink, isPaced: boolean) {
    this.pattern = request.pattern;
    this.isPatternJson = request.isPatternJson;
    this.payload = request.payload;
    this.metadata = request.metadata;
    this.idempotent = request.idempotent;
    this.stickyKey = request.stickyKey;
    this.#owner = owner;
    this.#sink = sink;
    this.isPaced = isPaced;
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  get hasValue(): boolean {
    return this.#hasValue;
  }

  /** Whether the server can have run the call, as far as it is known by now. */
  get processed(): Processed {
    if (this.#hasValue) return 'yes';
    return this.#mayHaveRun || this.connection !== undefined ? 'maybe' : 'no';
  }

  /** The reply is more than one value: how long it takes says nothing of how quick the server is. */
  get isStreamed(): boolean {
    return this.#isStreamed;
  }

  /** Gives the call up: the server is told to stop, and the sink hears nothing more. Idempotent. */
  cancel(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.connection?.cancel(this);
    // To take the value one waits for and leave, as `firstValueFrom` does, is to succeed.
    this.#owner.onCallSettled(this, this.#hasLastValue ? 'succeeded' : 'cancelled');
  }

  /** As {@link cancel}; a Subscriber of RxJS takes the call itself as its teardown. */
  unsubscribe(): void {
    this.cancel();
  }

  /** Ends the call because nobody waits for what it was made for: the server is told to stop, and the sink why. */
  giveUp(cause: Error): void {
    if (this.#isSettled) return;
    const error = this.#overAllAttempts(givenUpError(this, cause));
    this.connection?.cancel(this);
    this.#end(error, error.code, error.code === 'CANCELLED' ? 'cancelled' : 'deadline');
  }

  /** For paced calls: values of so many bytes were consumed, and more may come. */
  consumed(bytes: number): void {
    if (!this.#isSettled) this.connection?.grant(this, bytes);
  }

  send(connection: ClientConnection, now: number): void {
    if (this.deadlineAt !== Number.POSITIVE_INFINITY)
      this.timeoutMs = Math.max(1, Math.ceil(this.deadlineAt - now));
    connection.open(this);
  }

  onValue(payload: unknown, creditBytes: number, isLast: boolean): void {
    if (this.#isSettled) return;
    this.#hasValue = true;
    this.#hasLastValue = isLast;
    if (!isLast) this.#isStreamed = true;
    try {
      this.#sink.next(payload, creditBytes);
    } catch (error) {
      warnOfThrown(error, 'next()');
    }
    if (!this.isPaced && creditBytes > 0) this.consumed(creditBytes);
  }

  onEnd(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#owner.onCallSettled(this, 'succeeded');
    try {
      this.#sink.complete();
    } catch (error) {
      warnOfThrown(error, 'complete()');
    }
  }

  onErrorFrame(frame: ErrorFrame): void {
    const { code, payload } = frame;
    if (code === 'HANDLER_FAILED' || code === 'NO_HANDLER') this.#end(payload, code, 'failed');
    else this.onFailure(answeredError(this, code, payload));
  }

  onFailure(error: SocketPoolError): void {
    if (this.#isSettled) return;
    if (error.processed !== 'no') this.#mayHaveRun = true;
    this.#owner.onAttemptFailed(this, error);
  }

  /** An attempt beside this one failed that the server can have run. */
  noteRun(): void {
    this.#mayHaveRun = true;
  }

  onDeadline(): void {
    if (!this.#isSettled) this.#owner.onDeadline(this);
  }

  fail(error: SocketPoolError): void {
    const outcome = error.code === 'DEADLINE_EXCEEDED' ? 'deadline' : 'failed';
    this.#end(this.#overAllAttempts(error), error.code, outcome);
  }

  /** The last failure may know less of the call than what came before it. */
  #overAllAttempts(error: SocketPoolError): SocketPoolError {
    if (this.#hasValue) return error.withProcessed('yes');
    return this.#mayHaveRun && error.processed === 'no' ? error.withProcessed('maybe') : error;
  }

  #end(error: unknown, code: ErrorCode, outcome: CallOutcome): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#owner.onCallSettled(this, outcome);
    try {
      this.#sink.error(error, code);
    } catch (thrown) {
      warnOfThrown(thrown, 'error()');
    }
  }
}
