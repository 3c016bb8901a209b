import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeadlineEntry } from '../../lib/resilience/deadline-wheel.js';
import { DeadlineWheel, NOT_WAITING } from '../../lib/resilience/deadline-wheel.js';
import { ManualClock } from '../support/manual-clock.js';

const TICK_MS = 10;

/** A wheel beside a plain list of deadlines. Every firing is held against the list. */
class Bench {
  readonly clock = new ManualClock();
  readonly wheel = new DeadlineWheel(this.clock, { tickMs: TICK_MS, slots: 16 });
  readonly waiting = new Map<DeadlineEntry, number>();
  readonly #entries: DeadlineEntry[] = [];

  add(delayMs: number): void {
    const entry: DeadlineEntry = {
      deadlineTick: 0,
      deadlineSlot: NOT_WAITING,
      nextDeadline: undefined,
      previousDeadline: undefined,
      onDeadline: () => this.#onFired(entry),
    };
    this.#entries.push(entry);
    this.#wait(entry, delayMs);
  }

  move(index: number, delayMs: number): void {
    const entry = this.#entries[index % Math.max(this.#entries.length, 1)];
    if (entry !== undefined) this.#wait(entry, delayMs);
  }

  remove(index: number): void {
    const entry = this.#entries[index % Math.max(this.#entries.length, 1)];
    if (entry === undefined) return;
    expect(this.wheel.remove(entry)).toBe(this.waiting.delete(entry));
  }

  check(): void {
    expect(this.wheel.size).toBe(this.waiting.size);
    for (const deadlineAt of this.waiting.values()) {
      expect(this.clock.now() - deadlineAt, 'late by').toBeLessThan(TICK_MS);
    }
    expect(this.clock.timerCount).toBeLessThanOrEqual(1);
  }

  #wait(entry: DeadlineEntry, delayMs: number): void {
    const deadlineAt = this.clock.now() + delayMs;
    this.waiting.set(entry, deadlineAt);
    this.wheel.add(entry, deadlineAt);
  }

  #onFired(entry: DeadlineEntry): void {
    const deadlineAt = this.waiting.get(entry);
    expect(deadlineAt, 'fired though not waiting').toBeDefined();
    expect(this.clock.now(), 'fired early').toBeGreaterThanOrEqual(deadlineAt!);
    this.waiting.delete(entry);
  }
}

const quarterMs = (max: number) =>
  fc.integer({ min: 0, max: max * 4 }).map((quarters) => quarters / 4);
const index = fc.nat({ max: 1_000 });
const step = fc.oneof(
  { weight: 4, arbitrary: quarterMs(700).map((ms) => (bench: Bench) => bench.add(ms)) },
  { weight: 2, arbitrary: index.map((at) => (bench: Bench) => bench.remove(at)) },
  {
    weight: 1,
    arbitrary: fc.tuple(index, quarterMs(700)).map(
      ([at, ms]) =>
        (bench: Bench) =>
          bench.move(at, ms),
    ),
  },
  { weight: 2, arbitrary: quarterMs(60).map((ms) => (bench: Bench) => bench.clock.advance(ms)) },
  {
    weight: 1,
    arbitrary: quarterMs(2_000).map((ms) => (bench: Bench) => {
      bench.clock.block(ms);
      bench.clock.advance(0);
    }),
  },
);

describe('DeadlineWheel against a list of deadlines', () => {
  it('fires each entry once, never early, late by less than a tick, and leaves no timer', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const bench = new Bench();
        for (const take of steps) {
          take(bench);
          bench.check();
        }
        bench.clock.advance(5_000);
        expect(bench.waiting.size).toBe(0);
        expect(bench.clock.timerCount).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
