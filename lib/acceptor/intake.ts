import type { Clock } from '../common/clock.js';
import type { IncomingStream } from '../connection/incoming-stream.js';
import type { ServerConnection } from '../connection/server-connection.js';
import type { WorkTally } from '../metrics/work-tally.js';
import type { EventFrame } from '../protocol/frame.js';
import { DeadlineWheel } from '../resilience/deadline-wheel.js';
import type { AcceptorHandler, IncomingEvent } from './acceptor-handler.js';
import type { CallAdmission } from './call-admission.js';

/** An event between its arrival and the end of its work. */
class EventInWork implements IncomingEvent {
  readonly frame: EventFrame;
  readonly #connection: ServerConnection;
  readonly #intake: Intake;
  readonly deadlineAt: number;
  tally: WorkTally | undefined = undefined;
  readonly #receivedAt: number;
  #onStop: (() => void)[] | undefined;
  #isDone = false;

  constructor(frame: EventFrame, connection: ServerConnection, intake: Intake) {
    this.frame = frame;
    this.#connection = connection;
    this.#intake = intake;
    const { timeoutMs } = frame;
    const { receivedAt } = connection.framed;
    this.#receivedAt = receivedAt;
    this.deadlineAt = timeoutMs > 0 ? receivedAt + timeoutMs : Infinity;
  }

  get peer(): IncomingEvent['peer'] {
    return this.#connection.peer;
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  whenStopped(callback: () => void): void {
    if (this.#isDone) return;
    if (this.#onStop === undefined) {
      this.#onStop = [];
      this.#intake.mayStop(this);
    }
    this.#onStop.push(callback);
  }

  stop(): void {
    for (const callback of this.#onStop ?? []) callback();
  }

  done(hasFailed = false): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.tally?.ended(this.#receivedAt, hasFailed);
    this.#intake.eventDone(this, this.#connection);
  }
}

export interface IntakeParts {
  readonly handler: AcceptorHandler;
  readonly clock: Clock;
  readonly admission: CallAdmission;
  /** The last event that was in work is done. */
  readonly onWorkEnded: () => void;
}

/** Hands requests and events over to whoever does the work, and keeps their time. */
export class Intake {
  readonly #handler: AcceptorHandler;
  readonly #admission: CallAdmission;
  readonly #start: (stream: IncomingStream) => void;
  readonly #deadlines: DeadlineWheel;
  readonly #onWorkEnded: () => void;
  /** Events whose work can be stopped. */
  readonly #stoppable = new Set<EventInWork>();
  #eventsInWork = 0;

  constructor({ handler, clock, admission, onWorkEnded }: IntakeParts) {
    this.#handler = handler;
    this.#admission = admission;
    this.#start = (stream) => handler.onRequest(stream);
    this.#deadlines = new DeadlineWheel(clock);
    this.#onWorkEnded = onWorkEnded;
  }

  /** Events that were handed over and are not done. They may outlive their connection. */
  get eventsInWork(): number {
    return this.#eventsInWork;
  }

  request(stream: IncomingStream): void {
    if (stream.deadlineAt !== Infinity) this.#deadlines.add(stream, stream.deadlineAt);
    this.#admission.request(stream, this.#start);
  }

  requestEnded(stream: IncomingStream): void {
    this.#deadlines.remove(stream);
    this.#admission.ended(stream);
  }

  event(frame: EventFrame, connection: ServerConnection): void {
    if (!this.#admission.admitsEvent(frame, connection)) return;
    this.#eventsInWork++;
    connection.events.begin();
    this.#handler.onEvent(new EventInWork(frame, connection, this));
  }

  /** @internal */
  mayStop(event: EventInWork): void {
    this.#stoppable.add(event);
  }

  /** @internal */
  eventDone(event: EventInWork, connection: ServerConnection): void {
    this.#eventsInWork--;
    this.#stoppable.delete(event);
    connection.events.end();
    if (this.#eventsInWork === 0) this.#onWorkEnded();
  }

  /** Ends the work of events, as far as it can be ended. */
  stopEvents(): void {
    for (const event of [...this.#stoppable]) event.stop();
  }

  close(): void {
    this.#admission.close();
    this.#deadlines.clear();
  }
}
