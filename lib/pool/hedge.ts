import type { ClientConnection } from '../connection/client-connection.js';
import type { OutgoingStream } from '../connection/outgoing-stream.js';
import type { Processed } from '../errors/error-codes.js';
import { ERROR_CODES } from '../errors/error-codes.js';
import type { SocketPoolError } from '../errors/socket-pool-error.js';
import type { ErrorFrame, Metadata } from '../protocol/frame.js';
import { FrameType } from '../protocol/frame.js';
import type { AttemptOutcome } from './attempt-outcome.js';
import { outcomeOfFailure } from './attempt-outcome.js';
import type { Call } from './call.js';
import type { EndpointPool } from './endpoint-pool.js';

export interface HedgeOwner {
  /** The hedge was answered. @returns whether it is first, and speaks for the call from now on */
  onAnswered(hedge: Hedge): boolean;
  /** The hedge is out of the race; the others go on. @param retryAfterMs how long its server asks to be left alone */
  onDropped(hedge: Hedge, processed: Processed, retryAfterMs: number | undefined): void;
}

/** Where a hedge goes. */
export interface HedgeTarget {
  readonly endpoint: EndpointPool;
  readonly connection: ClientConnection;
}

/** A further attempt of a call that still runs. What it is answered is the call's, if it is the first answer. */
export class Hedge implements OutgoingStream {
  readonly type = FrameType.Request;
  streamId = 0;
  readonly pattern: string;
  readonly isPatternJson: boolean;
  readonly payload: unknown;
  readonly timeoutMs: number;
  readonly metadata: Metadata | undefined;
  readonly fault = undefined;
  ungrantedBytes = 0;
  /** For the health of its endpoint. */
  readonly pass: number;
  readonly call: Call;
  readonly target: HedgeTarget;
  sentAt = 0;
  readonly #owner: HedgeOwner;

  constructor(call: Call, target: HedgeTarget, timeoutMs: number, owner: HedgeOwner) {
    this.call = call;
    this.target = target;
    this.pass = target.endpoint.health.enter();
    this.pattern = call.pattern;
    this.isPatternJson = call.isPatternJson;
    this.payload = call.payload;
    this.timeoutMs = timeoutMs;
    this.metadata = call.metadata;
    this.#owner = owner;
  }

  /** It is over, and its endpoint is known by it. */
  ended(outcome: AttemptOutcome): void {
    const { endpoint, connection } = this.target;
    endpoint.health.leave(this.pass, outcome, connection.id);
  }

  onValue(payload: unknown, creditBytes: number, isLast: boolean): void {
    if (this.#owner.onAnswered(this)) this.call.onValue(payload, creditBytes, isLast);
  }

  onEnd(): void {
    if (this.#owner.onAnswered(this)) this.call.onEnd();
  }

  onErrorFrame(frame: ErrorFrame): void {
    const { processed } = ERROR_CODES[frame.code];
    // Who did not get so far as an answer is out, and the other attempt is none the worse for it.
    if (processed !== 'yes') this.#drop('nothing', processed, undefined);
    else if (this.#owner.onAnswered(this)) this.call.onErrorFrame(frame);
  }

  onFailure(error: SocketPoolError): void {
    this.#drop(outcomeOfFailure(error), error.processed, error.retryAfterMs);
  }

  #drop(outcome: AttemptOutcome, processed: Processed, retryAfterMs: number | undefined): void {
    this.ended(outcome);
    this.#owner.onDropped(this, processed, retryAfterMs);
  }
}
