/**
 * Which requests run. What cannot be done in time is refused at once: that costs little, leaves the others in
 * time, and the caller may ask another instance, because nothing has run. Each question that is not asked for in
 * the options costs a comparison.
 *
 *   rate of the peer, of the pattern ─▶ chance to be in time ─▶ lateness of the loop ─▶ gate ─▶ handler
 *
 * Nobody answers an event, so that one which is refused is lost. Only the rates, which somebody has set, hold
 * for events; what they may make this process do at once is bounded by not reading on (`maxEvents`).
 */
import type { Clock } from '../common/clock.js';
import type { Random } from '../common/random.js';
import { systemRandom } from '../common/random.js';
import type { IncomingStream } from '../connection/incoming-stream.js';
import type { ServerConnection } from '../connection/server-connection.js';
import { CauseCounts } from '../metrics/cause-counts.js';
import { REJECTION_CAUSES } from '../metrics/causes.js';
import type { LoopLag } from '../metrics/loop-lag.js';
import type { AdmissionSnapshot } from '../metrics/snapshot.js';
import type { EventFrame } from '../protocol/frame.js';
import { RejectReason } from '../protocol/frame.js';
import { LagShedder } from '../resilience/lag-shedder.js';
import { ServiceFloor } from '../resilience/service-floor.js';
import type { AcceptorOptions } from './acceptor-options.js';
import { CallGate } from './call-gate.js';
import type { EventRefusal } from './event-refusals.js';
import { EventRefusals } from './event-refusals.js';
import { RateLimits } from './rate-limits.js';

export interface CallAdmissionParts {
  readonly options: Pick<AcceptorOptions, 'admission' | 'rateLimits'>;
  readonly clock: Clock;
  /** Default: the system's. */
  readonly random: Random | undefined;
  readonly loopLag: Pick<LoopLag, 'currentMs'>;
  readonly onEventsRefused: (refusal: EventRefusal) => void;
}

export class CallAdmission {
  readonly #clock: Clock;
  readonly #retryAfterMs: number;
  readonly #gate: CallGate;
  readonly #rates: RateLimits | undefined;
  readonly #floor: ServiceFloor | undefined;
  readonly #shedder: LagShedder | undefined;
  readonly #lagMs: () => number;
  readonly #events: EventRefusals;
  readonly #refusedEvents = new CauseCounts(REJECTION_CAUSES);

  constructor({ options, clock, random, loopLag, onEventsRefused }: CallAdmissionParts) {
    const { admission, rateLimits } = options;
    this.#clock = clock;
    this.#retryAfterMs = admission.retryAfterMs;
    this.#gate = new CallGate(admission, clock, (stream, why) => this.#overloaded(stream, why));
    if (RateLimits.isNeeded(rateLimits)) this.#rates = new RateLimits(rateLimits, clock.now());
    if (admission.refusesHopeless) this.#floor = new ServiceFloor();
    const { shedding } = admission;
    if (shedding !== false)
      this.#shedder = new LagShedder(shedding.targetLagMs, random ?? systemRandom);
    this.#lagMs = () => loopLag.currentMs;
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
    if (this.#shedder !== undefined && this.#isShed(this.#shedder, stream)) return;
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
    const shedRatio = this.#shedder?.ratio ?? 0;
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

  #isShed(shedder: LagShedder, stream: IncomingStream): boolean {
    if (!shedder.refuses(stream.connection.framed.receivedAt, this.#lagMs)) return false;
    this.#overloaded(stream, 'its event loop does not keep up');
    return true;
  }

  #overloaded(stream: IncomingStream, why: string): void {
    stream.reject(RejectReason.Overloaded, `overloaded: ${why}`, this.#retryAfterMs);
  }
}
