import type { MessageHandler } from '@nestjs/microservices';
import type { IncomingEvent, IncomingStream } from '../acceptor/acceptor-handler.js';
import type { Clock } from '../common/clock.js';
import { TurnClock } from '../common/turn-clock.js';
import { DurationCounts } from '../metrics/duration-counts.js';
import type { PatternPicture } from '../metrics/pattern-picture.js';
import type { WorkTally } from '../metrics/work-tally.js';

/** Handlers above this number are not counted: each costs a series of two dozen numbers. */
const MAX_PATTERNS = 1_000;

/** Sees what handlers are given to do. On the data path: neither method may throw. */
export interface PatternWatch {
  requestBegins(handler: MessageHandler, stream: IncomingStream): void;
  eventBegins(handler: MessageHandler, event: IncomingEvent): void;
}

/** What a runner asks for the watch, with every request and event. */
export interface WatchedPatterns {
  readonly watch: PatternWatch;
}

/** Nobody has asked. */
const BLIND: PatternWatch = Object.freeze({ requestBegins() {}, eventBegins() {} });

/** Nobody will ask. */
export const UNWATCHED: WatchedPatterns = Object.freeze({ watch: BLIND });

/** The registered handlers by their pattern, as Nest keeps them. */
export type HandlersByPattern = ReadonlyMap<string, MessageHandler>;

/**
 * What each pattern costs. Counting begins when somebody asks for it the first time; until then a request
 * pays for a call of an empty function, afterwards for a few additions. Patterns are those of the handlers
 * that are registered, so a peer cannot make more of them.
 */
export class PatternStatistics implements WatchedPatterns {
  private readonly counting: CountingWatch;
  watch: PatternWatch = BLIND;

  constructor(clock: Clock, handlers: () => HandlersByPattern) {
    this.counting = new CountingWatch(clock, handlers);
  }

  /** Counts from the first call on. */
  pictures(): readonly PatternPicture[] {
    this.watch = this.counting;
    return this.counting.pictures();
  }
}

class CountingWatch implements PatternWatch {
  private readonly clock: TurnClock;
  private readonly requests: PatternCounters;
  private readonly events: PatternCounters;

  constructor(
    clock: Clock,
    private readonly handlers: () => HandlersByPattern,
  ) {
    this.clock = new TurnClock(clock);
    this.requests = new PatternCounters(this.clock, handlers);
    this.events = new PatternCounters(this.clock, handlers);
  }

  requestBegins(handler: MessageHandler, stream: IncomingStream): void {
    const counter = this.requests.of(handler);
    if (counter === undefined) return;
    this.begin(counter);
    // What has waited for its turn arrived before.
    if (stream.begunAt === 0) stream.begunAt = stream.connection.framed.receivedAt;
    stream.tally = counter;
  }

  eventBegins(handler: MessageHandler, event: IncomingEvent): void {
    const counter = this.events.of(handler);
    if (counter === undefined) return;
    this.begin(counter);
    event.tally = counter;
  }

  pictures(): readonly PatternPicture[] {
    for (const handler of this.handlers().values())
      (handler.isEventHandler === true ? this.events : this.requests).of(handler);
    return [...this.requests.pictures(false), ...this.events.pictures(true)];
  }

  private begin(counter: PatternCounter): void {
    counter.begin();
    // A handler that blocks the loop does so within this turn, and that is just what has to show.
    this.clock.renew();
  }
}

/** The counters of the requests, or of the events. */
class PatternCounters {
  private readonly byPattern = new Map<string, PatternCounter>();
  private readonly byHandler = new WeakMap<MessageHandler, PatternCounter>();

  constructor(
    private readonly clock: Clock,
    private readonly handlers: () => HandlersByPattern,
  ) {}

  /** `undefined` for a handler that is not registered, or is one too many. */
  of(handler: MessageHandler): PatternCounter | undefined {
    return this.byHandler.get(handler) ?? this.addHandler(handler);
  }

  *pictures(isEvent: boolean): Generator<PatternPicture> {
    for (const [pattern, counter] of this.byPattern) yield counter.picture(pattern, isEvent);
  }

  private addHandler(handler: MessageHandler): PatternCounter | undefined {
    for (const [pattern, registered] of this.handlers()) {
      if (registered !== handler) continue;
      const counter = this.byPattern.get(pattern) ?? this.addPattern(pattern);
      if (counter !== undefined) this.byHandler.set(handler, counter);
      return counter;
    }
    return undefined;
  }

  private addPattern(pattern: string): PatternCounter | undefined {
    if (this.byPattern.size >= MAX_PATTERNS) return undefined;
    const counter = new PatternCounter(this.clock);
    this.byPattern.set(pattern, counter);
    return counter;
  }
}

class PatternCounter implements WorkTally {
  private calls = 0;
  private errors = 0;
  private inFlight = 0;
  private readonly durations = new DurationCounts();

  constructor(private readonly clock: Clock) {}

  begin(): void {
    this.calls++;
    this.inFlight++;
  }

  ended(begunAt: number, hasFailed: boolean): void {
    this.inFlight--;
    if (hasFailed) this.errors++;
    this.durations.record(this.clock.now() - begunAt);
  }

  picture(pattern: string, isEvent: boolean): PatternPicture {
    const { calls, errors, inFlight } = this;
    const { counts: durations, sumMs: durationSumMs } = this.durations.snapshot();
    return { pattern, isEvent, calls, errors, inFlight, durations, durationSumMs };
  }
}
