import type { MessageHandler } from '@nestjs/microservices';
import { describe, expect, it } from 'vitest';
import type { IncomingEvent, IncomingStream } from '../../../lib/acceptor/acceptor-handler.js';
import { DURATION_BUCKETS_MS } from '../../../lib/metrics/duration-counts.js';
import type { WorkTally } from '../../../lib/metrics/work-tally.js';
import { PatternStatistics } from '../../../lib/server/pattern-statistics.js';
import { ManualClock } from '../../support/manual-clock.js';

/** As much of a stream or an event as is looked at. */
class Work {
  tally: WorkTally | undefined;
  begunAt = 0;
  readonly connection: { framed: { receivedAt: number } };

  constructor(receivedAt: number) {
    this.connection = { framed: { receivedAt } };
  }

  get asStream(): IncomingStream {
    return this as unknown as IncomingStream;
  }

  get asEvent(): IncomingEvent {
    return this as unknown as IncomingEvent;
  }
}

function handler(isEventHandler: boolean): MessageHandler {
  return Object.assign(() => Promise.resolve(), { isEventHandler }) as unknown as MessageHandler;
}

function setUp() {
  const clock = new ManualClock();
  const sum = handler(false);
  const sold = handler(true);
  const handlers = new Map([
    ['sum', sum],
    ['sold', sold],
  ]);
  const statistics = new PatternStatistics(clock, () => handlers);
  const begin = (which: MessageHandler): Work => {
    const work = new Work(clock.now());
    statistics.watch.requestBegins(which, work.asStream);
    return work;
  };
  const picture = (pattern: string, isEvent = false) =>
    statistics.pictures().find((each) => each.pattern === pattern && each.isEvent === isEvent)!;
  return { clock, sum, sold, handlers, statistics, begin, picture };
}

describe('PatternStatistics', () => {
  it('counts nothing before somebody asks', () => {
    const { sum, begin, picture } = setUp();
    expect(begin(sum).tally).toBeUndefined();
    expect(picture('sum').calls).toBe(0);
    begin(sum);
    expect(picture('sum').calls).toBe(1);
  });

  it('knows every registered pattern from the start, with nothing counted', () => {
    const { statistics } = setUp();
    const empty = { calls: 0, errors: 0, inFlight: 0, durationSumMs: 0 };
    expect(statistics.pictures()).toMatchObject([
      { pattern: 'sum', isEvent: false, ...empty },
      { pattern: 'sold', isEvent: true, ...empty },
    ]);
    expect(statistics.pictures()[0]!.durations).toHaveLength(DURATION_BUCKETS_MS.length + 1);
  });

  it('counts calls, those in flight, failures and how long they took since they arrived', () => {
    const { clock, sum, statistics, begin, picture } = setUp();
    statistics.pictures();
    const [first, second] = [begin(sum), begin(sum), begin(sum)];
    clock.advance(7);
    first!.tally!.ended(first!.begunAt, false);
    clock.advance(93);
    second!.tally!.ended(second!.begunAt, true);
    expect(picture('sum')).toMatchObject({ calls: 3, inFlight: 1, errors: 1, durationSumMs: 107 });
    const { durations } = picture('sum');
    expect(durations[DURATION_BUCKETS_MS.indexOf(10)]).toBe(1);
    expect(durations[DURATION_BUCKETS_MS.indexOf(100)]).toBe(1);
  });

  it('sees how long a handler blocked the loop', () => {
    class RunningClock extends ManualClock {
      ranMs = 0;
      override now(): number {
        return super.now() + this.ranMs;
      }
    }
    const clock = new RunningClock();
    const sum = handler(false);
    const statistics = new PatternStatistics(clock, () => new Map([['sum', sum]]));
    statistics.pictures();
    const [quick, slow] = [new Work(clock.now()), new Work(clock.now())];
    statistics.watch.requestBegins(sum, quick.asStream);
    quick.tally!.ended(quick.begunAt, false);
    statistics.watch.requestBegins(sum, slow.asStream);
    clock.ranMs += 400;
    slow.tally!.ended(slow.begunAt, false);
    expect(statistics.pictures()[0]!.durationSumMs).toBe(400);
  });

  it('counts events apart from requests, also of one pattern', () => {
    const { clock, sold, statistics, begin, picture } = setUp();
    statistics.pictures();
    const event = new Work(clock.now());
    statistics.watch.eventBegins(sold, event.asEvent);
    begin(sold);
    event.tally!.ended(clock.now() - 3, false);
    expect(picture('sold', true)).toMatchObject({ calls: 1, inFlight: 0, durationSumMs: 3 });
    expect(picture('sold', false)).toMatchObject({ calls: 1, inFlight: 1 });
  });

  it('goes on counting when a handler is replaced or added', () => {
    const { sum, handlers, statistics, begin, picture } = setUp();
    statistics.pictures();
    begin(sum);
    const other = handler(false);
    handlers.set('sum', other);
    begin(other);
    handlers.set('product', handler(false));
    expect(picture('sum').calls).toBe(2);
    expect(picture('product').calls).toBe(0);
  });

  it('does not count for handlers that nobody registered', () => {
    const { statistics, begin } = setUp();
    statistics.pictures();
    expect(begin(handler(false)).tally).toBeUndefined();
    expect(statistics.pictures()).toHaveLength(2);
  });

  it('keeps a thousand patterns at most', () => {
    const handlers = new Map(
      Array.from({ length: 1_500 }, (_, n): [string, MessageHandler] => [`p${n}`, handler(false)]),
    );
    const statistics = new PatternStatistics(new ManualClock(), () => handlers);
    expect(statistics.pictures()).toHaveLength(1_000);
  });
});
