import type { QueueEntry } from '../common/queue.js';
import type { ErrorCode } from '../errors/error-codes.js';
import type { SocketPoolError } from '../errors/socket-pool-error.js';
import type { ClientConnection } from '../connection/client-connection.js';
import type { OutgoingEvent } from '../connection/outgoing-stream.js';
import type { Metadata } from '../protocol/frame.js';
import { FrameType } from '../protocol/frame.js';
import type { CallRequest } from './call.js';
import type { EndpointPool } from './endpoint-pool.js';

/** Who is told how an event fared. A Subject of RxJS fits as it is. */
export interface EventSink {
  /** The event is with the link. Whether anybody handled it is not known. */
  complete(): void;
  error(error: unknown, code?: ErrorCode): void;
}

/** Who looks after an event that could not be sent. */
export interface EventOwner {
  onEventFailed(event: EventCall, error: SocketPoolError): void;
}

/** One event on its way: sent at most once, and never answered. */
export class EventCall implements OutgoingEvent {
  readonly type = FrameType.Event;
  streamId = 0;
  readonly pattern: string;
  readonly isPatternJson: boolean;
  readonly payload: unknown;
  readonly timeoutMs = 0;
  readonly metadata: Metadata | undefined;
  readonly fault = undefined;

  attempts = 0;
  connection: ClientConnection | undefined = undefined;
  endpoint: EndpointPool | undefined = undefined;
  waiter: QueueEntry<unknown> | undefined = undefined;
  readonly #owner: EventOwner;
  readonly #sink: EventSink;

  constructor(owner: EventOwner, request: CallRequest, sink: EventSink) {
    this.pattern = request.pattern;
    this.isPatternJson = request.isPatternJson;
    this.payload = request.payload;
    this.metadata = request.metadata;
    this.#owner = owner;
    this.#sink = sink;
  }

  onWritten(): void {
    this.#sink.complete();
  }

  onFailure(error: SocketPoolError): void {
    this.#owner.onEventFailed(this, error);
  }

  fail(error: SocketPoolError): void {
    this.#sink.error(error, error.code);
  }
}
