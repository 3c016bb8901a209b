import { expect, it } from 'vitest';
import type { Random } from '../../lib/common/random.js';
import { randomInteger, seededRandom } from '../../lib/common/random.js';
import { FrameType } from '../../lib/protocol/frame.js';
import { requestFrame } from '../support/scripted-client.js';
import { deferred, DedupStage, repliesOf } from '../unit/server/dedup-stage.js';

const SEEDS = 150;
const STEPS = 60;
const KEYS = 4;

interface Run {
  readonly key: number;
  readonly work: ReturnType<typeof deferred<string>>;
  isOver: boolean;
}

/** Requests with few keys on two connections, handlers that end as chance wants it, and an account of it. */
class DedupWorld {
  readonly runs: Run[] = [];
  replies = 0;
  /** The first value that was answered for each key: it stays the answer. */
  readonly #answers = new Map<number, string>();
  readonly #faults: string[] = [];
  readonly #keyOfStream = new Map<number, number>();
  readonly #stage: DedupStage;
  readonly #dice: (bound: number) => number;
  #lastStreamId = 0;

  constructor(random: Random) {
    this.#dice = (bound) => randomInteger(random, bound);
    this.#stage = new DedupStage((key) => this.#run(key as number));
  }

  async step(): Promise<void> {
    const kind = this.#dice(8);
    if (kind < 4) this.#ask();
    else if (kind === 4) this.#cancel();
    else this.#endOne();
    if (this.#dice(2) === 0) await this.#stage.settle();
  }

  /** All handlers end, and everybody who waits is answered. */
  async finish(): Promise<void> {
    for (let run = this.#open[0]; run !== undefined; run = this.#open[0]) {
      this.#end(run);
      await this.#stage.settle();
    }
    expect(this.#faults).toEqual([]);
    const { first, second, dedup } = this.#stage;
    expect(dedup.counts.running).toBe(0);
    expect([first.connection.pending, second.connection.pending]).toEqual([0, 0]);
    for (const { client } of [first, second]) {
      const ends = client.frames.filter(
        ({ type }) => type === FrameType.Response || type === FrameType.Error,
      );
      const ids = ends.map((frame) => (frame as { streamId: number }).streamId);
      expect(new Set(ids).size).toBe(ids.length);
      for (const frame of ends) this.#check(frame as never);
    }
    this.replies = repliesOf(first).length + repliesOf(second).length;
  }

  get #open(): Run[] {
    return this.runs.filter(({ isOver }) => !isOver);
  }

  #run(key: number): Promise<string> {
    // Thrown here it would be the failure of a handler.
    if (this.#answers.has(key)) this.#faults.push(`key ${key} had been answered`);
    if (this.#open.some((run) => run.key === key)) this.#faults.push(`key ${key} was at work`);
    const run: Run = { key, work: deferred<string>(), isOver: false };
    this.runs.push(run);
    return run.work.promise;
  }

  #ask(): void {
    const key = this.#dice(KEYS);
    const streamId = ++this.#lastStreamId;
    this.#keyOfStream.set(streamId, key);
    const at = this.#dice(2) === 0 ? this.#stage.first : this.#stage.second;
    const metadata = { 'idempotency-key': `k${key}` };
    at.client.send(requestFrame(streamId, { metadata, payload: key }));
  }

  #cancel(): void {
    const streamId = 1 + this.#dice(this.#lastStreamId);
    for (const { client } of [this.#stage.first, this.#stage.second])
      client.send({ type: FrameType.Cancel, streamId });
  }

  #endOne(): void {
    const run = this.#open[this.#dice(this.#open.length)];
    if (run !== undefined) this.#end(run);
  }

  #end(run: Run): void {
    run.isOver = true;
    const text = `answer ${this.runs.indexOf(run)} of ${run.key}`;
    if (this.#dice(3) === 0) run.work.reject(new Error('as after an abort'));
    else {
      this.#answers.set(run.key, text);
      run.work.resolve(text);
    }
  }

  #check(frame: { type: number; streamId: number; payload: unknown }): void {
    const key = this.#keyOfStream.get(frame.streamId)!;
    if (frame.type === FrameType.Response) expect(frame.payload).toBe(this.#answers.get(key));
  }
}

it('a key is run by one handler at a time, and never again once it was answered; who waits is answered once', async () => {
  let replies = 0;
  let runs = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    try {
      const world = new DedupWorld(seededRandom(seed));
      for (let step = 0; step < STEPS; step++) await world.step();
      await world.finish();
      replies += world.replies;
      runs += world.runs.length;
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
  expect(runs).toBeGreaterThan(SEEDS);
  expect(replies).toBeGreaterThan(2 * runs);
}, 60_000);
