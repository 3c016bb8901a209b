import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GateLimits } from '../../../lib/acceptor/call-gate.js';
import { CallGate } from '../../../lib/acceptor/call-gate.js';
import type { IncomingStream } from '../../../lib/connection/incoming-stream.js';
import { ManualClock } from '../../support/manual-clock.js';

class StreamStub {
  isOpen = true;
  place = undefined;
  begunAt = 0;
  state: 'new' | 'running' | 'refused' | 'ended' = 'new';
  startedAt = 0;
  why = '';

  constructor(
    readonly id: number,
    readonly arrivedAt = 0,
  ) {}
}

/** A gate, and what became of those that came. */
class GateWorld {
  readonly clock = new ManualClock();
  readonly streams: StreamStub[] = [];
  readonly started: number[] = [];
  readonly gate: CallGate;
  /** What is done by those that are started. */
  work: (stub: StreamStub) => void = () => undefined;

  constructor(limits: Partial<GateLimits> = {}) {
    const usual = { maxInFlight: 2, maxQueued: 3, maxQueueMs: 100, standingQueueMs: 5, turnMs: 0 };
    const all = { ...usual, ...limits };
    this.gate = new CallGate(all, this.clock, (stream, why) => {
      const stub = stream as unknown as StreamStub;
      stub.why = why;
      this.end(stub, 'refused');
    });
  }

  come(count = 1): void {
    for (let each = 0; each < count; each++) {
      const stub = new StreamStub(this.streams.length, this.clock.now());
      this.streams.push(stub);
      this.gate.arrived();
      this.gate.enter(stub as unknown as IncomingStream, () => {
        stub.state = 'running';
        stub.startedAt = this.clock.now();
        this.started.push(stub.id);
        this.work(stub);
      });
    }
  }

  end(stub: StreamStub, state: 'refused' | 'ended' = 'ended'): void {
    stub.isOpen = false;
    stub.state = state;
    this.gate.ended(stub as unknown as IncomingStream);
  }

  in(state: StreamStub['state']): StreamStub[] {
    return this.streams.filter((each) => each.state === state);
  }
}

describe('a gate', () => {
  it('lets so many run, some wait, and refuses the rest', () => {
    const world = new GateWorld();
    world.come(6);
    expect(world.started).toEqual([0, 1]);
    expect([world.gate.running, world.gate.queued]).toEqual([2, 3]);
    expect(world.in('refused').map(({ id, why }) => [id, why])).toEqual([
      [5, '3 requests wait already'],
    ]);
  });

  it('starts those that wait in order, as room is made', () => {
    const world = new GateWorld();
    world.come(5);
    world.end(world.streams[0]!);
    world.end(world.streams[2]!);
    expect(world.started).toEqual([0, 1, 2, 3]);
    expect(world.gate.running).toBe(2);
  });

  it('forgets those that do not wait any more', () => {
    const world = new GateWorld();
    world.come(4);
    world.end(world.streams[2]!);
    world.end(world.streams[0]!);
    expect(world.started).toEqual([0, 1, 3]);
    expect(world.gate.queued).toBe(0);
  });

  it('refuses those that have waited for long enough', async () => {
    const world = new GateWorld();
    world.come(3);
    await world.clock.advanceAsync(60);
    expect(world.gate.queueAgeMs).toBe(60);
    world.come(1);
    await world.clock.advanceAsync(45);
    expect(world.in('refused').map(({ id, why }) => [id, why])).toEqual([
      [2, 'it has waited for its turn for 100 ms'],
    ]);
    world.gate.close();
    expect(world.clock.timerCount).toBe(0);
  });

  it('needs no timer when nobody waits', async () => {
    const world = new GateWorld();
    world.come(3);
    world.end(world.streams[0]!);
    await world.clock.advanceAsync(10);
    expect(world.clock.timerCount).toBe(0);
  });

  it('does not grow the stack by those that are answered at once', () => {
    const world = new GateWorld({ maxInFlight: 1, maxQueued: 100_000, maxQueueMs: 60_000 });
    world.come(1);
    for (let id = 1; id <= 50_000; id++) {
      const stub = new StreamStub(id);
      world.gate.arrived();
      world.gate.enter(stub as unknown as IncomingStream, () => world.end(stub));
    }
    world.end(world.streams[0]!);
    expect([world.gate.running, world.gate.queued]).toEqual([0, 0]);
  });
});

describe('a queue that stands', () => {
  /** One that was never empty for as long as anybody may wait. */
  async function standing() {
    const world = new GateWorld();
    world.come(3);
    await world.clock.advanceAsync(80);
    world.come(1);
    await world.clock.advanceAsync(25);
    expect(world.in('refused').map(({ id }) => id)).toEqual([2]);
    return world;
  }

  it('is served from its end', async () => {
    const world = await standing();
    world.come(1);
    world.end(world.streams[0]!);
    expect(world.started).toEqual([0, 1, 4]);
  });

  it('refuses newcomers within a twentieth of the time', async () => {
    const world = await standing();
    world.come(1);
    await world.clock.advanceAsync(10);
    expect(world.in('refused').map(({ id }) => id)).toEqual([2, 4]);
  });

  it('gives up its oldest for a newcomer when it is full', async () => {
    const world = await standing();
    world.come(3);
    expect(world.in('refused').map(({ id }) => id)).toEqual([2, 3]);
    expect(world.gate.queued).toBe(3);
  });

  it('is an ordinary one again after it was empty', async () => {
    const world = await standing();
    for (const running of world.in('running')) world.end(running);
    for (const running of world.in('running')) world.end(running);
    world.come(4);
    world.end(world.in('running')[0]!);
    expect(world.started.at(-1)).toBe(6);
  });
});

describe('a gate that paces turns', () => {
  it('starts no more in a turn than it can take, and refuses what waits for too long', () => {
    const world = new GateWorld({
      maxInFlight: 1_000,
      maxQueued: 1_000,
      standingQueueMs: 40,
      turnMs: 10,
    });
    const { clock } = world;
    let turn: (() => void)[] = [];
    clock.afterTurn = (callback) => {
      turn.push(callback);
      return { cancel: () => undefined };
    };
    // What is started takes 2 ms, and three times as much comes as can be done.
    world.work = (stub) => {
      clock.block(2);
      world.end(stub);
    };
    const begunAt = clock.now();
    for (let passedMs = 0; passedMs < 5_000; passedMs = clock.now() - begunAt) {
      world.come(Math.floor(passedMs * 1.5) - world.streams.length);
      const ended = turn;
      turn = [];
      for (const callback of ended) callback();
      clock.advance(0.5);
    }
    world.gate.close();
    const done = world.in('ended');
    const waits = done.slice(-1_000).map((stub) => stub.startedAt - stub.arrivedAt);
    expect(Math.max(...waits)).toBeLessThanOrEqual(40);
    expect(done.length).toBeGreaterThan(0.8 * 2_500);
    expect(world.in('refused').length).toBeGreaterThan(0.5 * 7_500);
  });
});

describe('whatever happens at a gate', () => {
  const act = fc.oneof(
    fc.record({ kind: fc.constant('come' as const), value: fc.integer({ min: 1, max: 8 }) }),
    fc.record({ kind: fc.constant('end' as const), value: fc.nat() }),
    fc.record({ kind: fc.constant('leave' as const), value: fc.nat() }),
    fc.record({ kind: fc.constant('pass' as const), value: fc.integer({ min: 1, max: 150 }) }),
  );

  it('its bounds hold, nobody is lost, and room is never left while somebody waits', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const world = new GateWorld();
        const pick = (state: StreamStub['state'], value: number): StreamStub | undefined =>
          world.in(state)[value % Math.max(1, world.in(state).length)];
        for (const { kind, value } of acts) {
          if (kind === 'come') world.come(value);
          else if (kind === 'pass') world.clock.advance(value);
          else {
            const stub = pick(kind === 'end' ? 'running' : 'new', value);
            if (stub !== undefined) world.end(stub);
          }
          const { running, queued } = world.gate;
          expect([running, queued]).toEqual([world.in('running').length, world.in('new').length]);
          expect(running).toBeLessThanOrEqual(2);
          expect(queued).toBeLessThanOrEqual(3);
          expect(queued === 0 || running === 2).toBe(true);
          expect(world.gate.queueAgeMs).toBeLessThanOrEqual(105);
        }
      }),
    );
  });
});
