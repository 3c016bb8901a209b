/**
 * Which requests run. What cannot be done in time is refused at once: that costs little, leaves the others in
 * time, and the caller may ask another instance, because nothing has run. Each question that is not asked for in
 * the options costs a comparison.
 *
 *   rate of the peer, of the pattern ─▶ chance to be in time ─▶ gate: how many run, and start ─▶ handler
 *
 * Nobody answers an event, so that one which is refused is lost. Only the rates, which somebody has set, hold
 * for events; what they may make this process do at once is bounded by not reading on (`maxEvents`).
 */
import type { Clock } from '../common/clock.js';
import { TimeWindow } from '../common/time-window.js';
import type { IncomingStream } from '../connection/incoming-stream.js';
import type { ServerConnection } from '../connection/server-connection.js';
import { CauseCounts } from '../metrics/cause-counts.js';
import { REJECTION_CAUSES } from '../metrics/causes.js';
import type { AdmissionSnapshot } from '../metrics/snapshot.js';
import type { EventFrame } from '../protocol/frame.js';
import { RejectReason } from '../protocol/frame.js';
import { ServiceFloor } from '../resilience/service-floor.js';
import type { AcceptorOptions } from './acceptor-options.js';
import type { AdmissionOptions } from './admission-options.js';
import type { GateLimits } from './call-gate.js';
import { CallGate, standingQueueMsOf } from './call-gate.js';
import type { EventRefusal } from './event-refusals.js';
import { EventRefusals } from './event-refusals.js';
import { RateLimits } from './rate-limits.js';

export interface CallAdmissionParts {
  readonly options: Pick<AcceptorOptions, 'admission' | 'rateLimits'>;
  readonly clock: Clock;
  readonly onEventsRefused: (refusal: EventRefusal) => void;
}

export class CallAdmission {
  readonly #clock: Clock;
  readonly #retryAfterMs: number;
  readonly #gate: CallGate;
  readonly #rates: RateLimits | undefined;
  readonly #floor: ServiceFloor | undefined;
  /** Requests that came and that were refused, lately; kept where a share is refused under load. */
  readonly #lately: { readonly arrived: TimeWindow; readonly refused: TimeWindow } | undefined;
  readonly #events: EventRefusals;
  readonly #refusedEvents = new CauseCounts(REJECTION_CAUSES);

  constructor({ options, clock, onEventsRefused }: CallAdmissionParts) {
    const { admission, rateLimits } = options;
    this.#clock = clock;
    this.#retryAfterMs = admission.retryAfterMs;
    const limits = gateLimitsOf(admission);
    this.#gate = new CallGate(limits, clock, (stream, why) => this.#overloaded(stream, why));
    if (RateLimits.isNeeded(rateLimits)) this.#rates = new RateLimits(rateLimits, clock.now());
    if (admission.refusesHopeless) this.#floor = new ServiceFloor();
    if (admission.shedding !== false) {
      const [arrived, refused] = [window(clock), window(clock)];
      this.#lately = { arrived, refused };
    }
    this.#events = new EventRefusals(clock, onEventsRefused);
  }

  /** For how long the first of those that wait has waited, in ms. */
  get queueAgeMs(): number {
    return this.#gate.queueAgeMs;
  }

  /** A request came. It is started now, later, or refused; `ended` has to follow in each case. */
  request(stream: IncomingStream, start: (stream: IncomingStream) => void): void {
    this.#gate.arrived();
    if (this.#rates !== undefined && this.#isOverRate(this.#rates, stream)) return;
    if (this.#floor !== undefined && this.#isHopeless(this.#floor, stream)) return;
    this.#lately?.arrived.add(1, stream.connection.framed.receivedAt);
    this.#gate.enter(stream, start);
  }

  ended(stream: IncomingStream): void {
    if (this.#floor !== undefined && stream.begunAt > 0 && stream.stopReason === undefined) {
      const now = this.#clock.now();
      this.#floor.took(stream.request.pattern, now - stream.begunAt, now);
    }
    stream.gate?.ended(stream);
    this.#gate.ended(stream);
  }

  /** Whether an event may be handled. One that may not is counted, and its sender named from time to time. */
  admitsEvent(frame: EventFrame, connection: ServerConnection): boolean {
    if (this.#rates === undefined) return true;
    const { receivedAt } = connection.framed;
    const excess = this.#rates.exceeds(connection.peer, frame.pattern, receivedAt);
    if (excess === undefined) return true;
    this.#refusedEvents.add('rateLimited');
    this.#events.add(connection.peer.address, excess.message);
    return false;
  }

  close(): void {
    this.#gate.close();
  }

  snapshot(): AdmissionSnapshot {
    const { running, queued, queueAgeMs } = this.#gate;
    const shedRatio = this.#shedRatio();
    return {
      running,
      queued,
      queueAgeMs,
      shedRatio,
      refusedEvents: this.#refusedEvents.snapshot(),
    };
  }

  #isOverRate(rates: RateLimits, stream: IncomingStream): boolean {
    const { connection, request } = stream;
    const excess = rates.exceeds(connection.peer, request.pattern, connection.framed.receivedAt);
    if (excess === undefined) return false;
    stream.reject(RejectReason.RateLimited, excess.message, excess.retryAfterMs);
    return true;
  }

  #isHopeless(floor: ServiceFloor, stream: IncomingStream): boolean {
    const { receivedAt } = stream.connection.framed;
    const leastMs = floor.of(stream.request.pattern, receivedAt);
    const remainingMs = stream.deadlineAt - receivedAt;
    if (remainingMs >= leastMs) {
      stream.begunAt = receivedAt;
      return false;
    }
    const text = `${Math.round(remainingMs)} ms are left, and it takes ${Math.round(leastMs)} ms`;
    stream.reject(RejectReason.Overloaded, text);
    return true;
  }

  #shedRatio(): number {
    if (this.#lately === undefined) return 0;
    const now = this.#clock.now();
    const arrived = this.#lately.arrived.sum(now);
    return arrived === 0 ? 0 : Math.min(this.#lately.refused.sum(now) / arrived, 1);
  }

  #overloaded(stream: IncomingStream, why: string): void {
    this.#lately?.refused.add(1, this.#clock.now());
    stream.reject(RejectReason.Overloaded, `overloaded: ${why}`, this.#retryAfterMs);
  }
}

/** Over how long shares are told, in ms. */
const LATELY_MS = 5_000;

function window(clock: Clock): TimeWindow {
  return new TimeWindow(LATELY_MS, clock.now());
}

/** Turns within a wait: so often a request has the chance to be started before it is refused. */
const TURNS_PER_WAIT = 4;

function gateLimitsOf({
  maxInFlight,
  maxQueued,
  maxQueueMs,
  shedding,
}: AdmissionOptions): GateLimits {
  const isShedding = shedding !== false;
  const standingQueueMs = isShedding ? shedding.targetWaitMs : standingQueueMsOf(maxQueueMs);
  const turnMs = isShedding ? shedding.targetWaitMs / TURNS_PER_WAIT : 0;
  return { maxInFlight, maxQueued, maxQueueMs, standingQueueMs, turnMs };
}
