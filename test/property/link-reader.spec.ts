import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LinkReader, PauseReason } from '../../lib/connection/link-reader.js';
import type { Link } from '../../lib/link/link.js';
import { FrameType } from '../../lib/protocol/frame.js';
import { ManualClock } from '../support/manual-clock.js';
import { SteppingDecoder } from '../support/stepping-decoder.js';

type Step =
  | { readonly kind: 'chunk'; readonly length: number }
  | { readonly kind: 'pause'; readonly reason: PauseReason }
  | { readonly kind: 'resume'; readonly reason: PauseReason }
  | { readonly kind: 'turn' };

const reason = fc.constantFrom(PauseReason.Events, PauseReason.SlowReader);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('chunk' as const), length: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ kind: fc.constant('pause' as const), reason }),
  fc.record({ kind: fc.constant('resume' as const), reason }),
  fc.constant({ kind: 'turn' as const }),
);

/** Bytes 1 to 250 over and over, so that each frame tells its place. */
class Bench {
  readonly clock = new ManualClock();
  readonly frames: number[] = [];
  readonly problems: unknown[] = [];
  readonly #atFrame: readonly Step[];
  readonly #paused = new Set<PauseReason>();
  #sent = 0;
  readonly reader: LinkReader;

  constructor(atFrame: readonly Step[]) {
    this.#atFrame = atFrame;
    const link = { pause: () => undefined, resume: () => undefined } as unknown as Link;
    const options = { clock: this.clock, messageTimeoutMs: 1_000 };
    const onProblem = (problem?: unknown): void => void this.problems.push(problem ?? 'late');
    this.reader = new LinkReader(link, (sink) => new SteppingDecoder(sink), options, {
      onFrame: (frame) => frame.type === FrameType.Ping && this.#onFrame(frame.nonce),
      onRead: () => undefined,
      onUnreadable: onProblem,
      onLate: onProblem,
    });
  }

  do(next: Step): void {
    if (next.kind === 'turn') this.clock.endTurn();
    else if (next.kind === 'pause') this.#pause(next.reason);
    else if (next.kind === 'resume') this.#resume(next.reason);
    // Also while the link is paused: something may be on its way.
    else this.#chunk(next.length);
  }

  finish(): void {
    this.#resume(PauseReason.Events);
    this.#resume(PauseReason.SlowReader);
    this.clock.endTurn();
  }

  get expected(): number[] {
    return Array.from({ length: this.#sent }, (_, index) => (index % 250) + 1);
  }

  #chunk(length: number): void {
    const bytes = Array.from({ length }, () => (this.#sent++ % 250) + 1);
    this.reader.take(Buffer.from(bytes));
  }

  #onFrame(nonce: number): void {
    this.frames.push(nonce);
    const next = this.#atFrame[this.frames.length % Math.max(this.#atFrame.length, 1)];
    if (next?.kind === 'pause' || next?.kind === 'resume') this.do(next);
  }

  #pause(why: PauseReason): void {
    this.#paused.add(why);
    this.reader.pause(why);
  }

  #resume(why: PauseReason): void {
    this.#paused.delete(why);
    this.reader.resume(why);
    if (this.reader.isPaused !== this.#paused.size > 0) this.problems.push('paused is not paused');
  }
}

it('hands over every frame once and in order, however it is paused and resumed', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.array(step, { maxLength: 5 }),
      (steps, atFrame) => {
        const bench = new Bench(atFrame);
        for (const next of steps) bench.do(next);
        for (let round = 0; round < 400; round++) bench.finish();

        expect(bench.problems).toEqual([]);
        expect(bench.frames).toEqual(bench.expected);
        expect(bench.clock.turnCount + bench.clock.timerCount).toBe(0);
      },
    ),
    { numRuns: 300, seed: 20_261 },
  );
});
