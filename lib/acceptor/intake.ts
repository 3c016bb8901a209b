import type { Clock } from '../common/clock.js';
import type { IncomingStream } from '../connection/incoming-stream.js';
import type { ServerConnection } from '../connection/server-connection.js';
import type { EventFrame } from '../protocol/frame.js';
import { DeadlineWheel } from '../resilience/deadline-wheel.js';
import type { AcceptorHandler, IncomingEvent } from './acceptor-handler.js';

/** An event between its arrival and the end of its work. */
class EventInWork implements IncomingEvent {
  readonly frame: EventFrame;
  readonly #connection: ServerConnection;
  readonly #intake: Intake;
  readonly deadlineAt: number;
  #isDone = false;

  constructor(frame: EventFrame, connection: ServerConnection, intake: Intake) {
    this.frame = frame;
    this.#connection = connection;
    this.#intake = intake;
    const { timeoutMs } = frame;
    this.deadlineAt = timeoutMs > 0 ? connection.framed.receivedAt + timeoutMs : Infinity;
  }

  get peer(): IncomingEvent['peer'] {
    return this.#connection.peer;
  }

  done(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#intake.eventDone(this.#connection);
  }
}

/** Hands requests and events over to whoever does the work, and keeps their time. */
export class Intake {
  readonly #handler: AcceptorHandler;
  readonly #deadlines: DeadlineWheel;
  readonly #onWorkEnded: () => void;
  #eventsInWork = 0;

  constructor(handler: AcceptorHandler, clock: Clock, onWorkEnded: () => void) {
    this.#handler = handler;
    this.#deadlines = new DeadlineWheel(clock);
    this.#onWorkEnded = onWorkEnded;
  }

  /** Events that were handed over and are not done. They may outlive their connection. */
  get eventsInWork(): number {
    return this.#eventsInWork;
  }

  request(stream: IncomingStream): void {
    if (stream.deadlineAt !== Infinity) this.#deadlines.add(stream, stream.deadlineAt);
    this.#handler.onRequest(stream);
  }

  requestEnded(stream: IncomingStream): void {
    this.#deadlines.remove(stream);
  }

  event(frame: EventFrame, connection: ServerConnection): void {
    this.#eventsInWork++;
    connection.events.begin();
    this.#handler.onEvent(new EventInWork(frame, connection, this));
  }

  /** @internal */
  eventDone(connection: ServerConnection): void {
    this.#eventsInWork--;
    connection.events.end();
    if (this.#eventsInWork === 0) this.#onWorkEnded();
  }

  close(): void {
    this.#deadlines.clear();
  }
}
