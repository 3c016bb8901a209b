import type { OutgoingEvent, OutgoingStream } from '../../lib/connection/outgoing-stream.js';
import type { SocketPoolError } from '../../lib/errors/socket-pool-error.js';
import type { ErrorFrame } from '../../lib/protocol/frame.js';
import { FrameType } from '../../lib/protocol/frame.js';

/** A call that writes down all that happens to it, and may do something about it. */
export class RecordedCall implements OutgoingStream {
  readonly type = FrameType.Request;
  streamId = 0;
  ungrantedBytes = 0;
  readonly isPatternJson = false;
  readonly timeoutMs = 0;
  readonly metadata = undefined;
  readonly fault = undefined;
  readonly values: unknown[] = [];
  readonly errors: ErrorFrame[] = [];
  readonly failures: SocketPoolError[] = [];
  ends = 0;
  creditBytes = 0;
  /** Done at each value, before anything else happens. */
  atValue: () => void = () => undefined;
  /** Done when the call is settled, whichever way. */
  atEnd: () => void = () => undefined;

  constructor(
    readonly payload: unknown = 1,
    readonly pattern = 'ask',
  ) {}

  /** How often it was settled. */
  get settlements(): number {
    return this.ends + this.errors.length + this.failures.length;
  }

  /** The only failure. */
  get failure(): SocketPoolError {
    if (this.settlements !== 1 || this.failures.length !== 1)
      throw new Error(`${this.settlements} settlements, ${this.failures.length} failures`);
    return this.failures[0]!;
  }

  onValue(payload: unknown, creditBytes: number): void {
    this.values.push(payload);
    this.creditBytes += creditBytes;
    this.atValue();
  }

  onEnd(): void {
    this.ends++;
    this.atEnd();
  }

  onErrorFrame(frame: ErrorFrame): void {
    this.errors.push(frame);
    this.atEnd();
  }

  onFailure(error: SocketPoolError): void {
    this.failures.push(error);
    this.atEnd();
  }
}

/** An event that writes down what happens to it. */
export class RecordedEvent implements OutgoingEvent {
  readonly type = FrameType.Event;
  streamId = 0;
  readonly isPatternJson = false;
  readonly timeoutMs = 0;
  readonly metadata = undefined;
  readonly fault = undefined;
  readonly failures: SocketPoolError[] = [];
  writes = 0;
  atWritten: () => void = () => undefined;

  constructor(
    readonly payload: unknown = 1,
    readonly pattern = 'happened',
  ) {}

  onWritten(): void {
    this.writes++;
    this.atWritten();
  }

  onFailure(error: SocketPoolError): void {
    this.failures.push(error);
  }
}
