import { expect } from 'vitest';
import type { Random } from '../../lib/common/random.js';
import { randomInteger, seededRandom } from '../../lib/common/random.js';
import type { IncomingStream } from '../../lib/connection/incoming-stream.js';
import { RejectReason } from '../../lib/protocol/frame.js';
import type { PoolOptionsInput } from '../../lib/pool/pool-options.js';
import { ChangingDiscovery } from './changing-discovery.js';
import { PoolStage } from './pool-stage.js';
import { RecordedSink } from './recorded-sink.js';

const ADDRESSES = ['tcp://a:1', 'tcp://b:1', 'tcp://c:1'];
/** By how much a deadline may be noticed late. */
const TICK_MS = 10;

interface Asked {
  readonly sink: RecordedSink;
  readonly isEvent: boolean;
  readonly isIdempotent: boolean;
  readonly deadlineAt: number;
  isCancelled: boolean;
}

/** A pool and three instances of its service, to which anything may happen, beside a plain account of it. */
export class PoolWorld {
  readonly asked: Asked[] = [];
  /** What was sent beyond first attempts; known at the end. */
  furtherAttempts = { retried: 0, hedges: 0, hedgesWon: 0 };
  /** How often each call or event was handled, by its payload, which no other has. */
  readonly #runs = new Map<number, number>();
  readonly #random: Random;
  readonly #stage: PoolStage;
  readonly #discovery: ChangingDiscovery;
  readonly #options: PoolOptionsInput;

  private constructor(random: Random, options: PoolOptionsInput, stage: PoolStage) {
    this.#random = random;
    this.#options = options;
    this.#stage = stage;
    this.#discovery = options.discovery as ChangingDiscovery;
  }

  static async open(seed: number): Promise<PoolWorld> {
    const random = seededRandom(seed);
    const dice = (bound: number): number => randomInteger(random, bound);
    const options: PoolOptionsInput = {
      discovery: new ChangingDiscovery(dice(4) === 0 ? undefined : ADDRESSES.slice(dice(3))),
      whenUnavailable: dice(3) === 0 ? 'fail' : 'wait',
      acquireTimeoutMs: 200 + dice(3_000),
      maxWaiters: 5 + dice(100),
      maxInFlight: 1 + dice(60),
      maxAttempts: 1 + dice(4),
      retry: {
        initialBackoffMs: 1 + dice(300),
        maxBackoffMs: 300,
        maxRestMs: dice(3) * 100,
        budgetRatio: dice(6) / 10,
        budgetPerSecond: dice(4),
      },
      hedge: dice(2) === 0 && {
        percentile: 0.5,
        minDelayMs: 1 + dice(100),
        maxHedges: 1 + dice(2),
      },
      heartbeat: { intervalMs: 300, misses: 2 },
      balancing: {
        policy: (['p2c', 'peak-ewma', 'round-robin'] as const)[dice(3)]!,
        slowStartMs: dice(2) * 2_000,
        zone: dice(4) === 0 ? 'nowhere' : undefined,
        subsetSize: dice(3) * 2,
        clientId: dice(5),
      },
      pool: {
        minConnections: dice(3),
        maxConnections: 3,
        maxTotalConnections: 1 + dice(8),
        highWatermark: 4,
        lowWatermark: 1,
        idleTimeoutMs: 1_000,
        lifetimeMs: 2_000,
      },
      reconnect: { initialBackoffMs: 50, maxBackoffMs: 400, spreadMs: dice(2) * 300 },
    };
    const server = { maxStreams: 1 + dice(20) };
    const stage = await PoolStage.idle(options, { services: ADDRESSES, server, random });
    const world = new PoolWorld(random, options, stage);
    for (const address of ADDRESSES) world.#play(address);
    return world;
  }

  async step(): Promise<void> {
    const kind = this.#dice(20);
    if (kind < 7) this.#ask(1 + this.#dice(12));
    else if (kind < 9) this.#cancel();
    else if (kind < 12) await this.#stage.advance(this.#dice(800));
    else if (kind < 14) this.#answerSome();
    else if (kind === 14) this.#spoilLink();
    else if (kind === 15) await this.#spoilService();
    else if (kind === 16) this.#stage.network.answers.set(this.#address(), this.#answer());
    else if (kind === 17) await this.#stall();
    else if (kind === 18) this.#discovery.report(...ADDRESSES.filter(() => this.#dice(3) > 0));
    else await this.#stage.settle();
    this.checkNow();
  }

  /** Whatever holds at any time. */
  checkNow(): void {
    const { snapshot, clock } = this.#stage;
    const { maxWaiters, maxInFlight, pool } = this.#options;
    expect(snapshot.waiters).toBeLessThanOrEqual(maxWaiters!);
    expect(snapshot.inFlight).toBeLessThanOrEqual(maxInFlight!);
    const { openPairs } = this.#stage.network;
    const open = openPairs.filter((pair) => !pair.client.isClosed).length;
    expect(open).toBeLessThanOrEqual(pool!.maxTotalConnections!);
    for (const { sink, isCancelled, deadlineAt } of this.asked) {
      expect(sink.ends.length).toBeLessThanOrEqual(1);
      // A blocked loop notices when it is free again.
      if (!sink.isSettled && !isCancelled)
        expect(clock.now() - deadlineAt).toBeLessThan(TICK_MS + 400);
    }
  }

  /** The end, one way or another; then all is settled, and nothing left. */
  async finish(): Promise<void> {
    const { pool, clock, network } = this.#stage;
    const closed = pool.close(this.#dice(3) * 1_000);
    if (this.#dice(3) === 0) pool.destroy();
    await this.#stage.advance(60_000);
    await closed;
    for (const each of this.asked) this.#checkFate(each);
    expect(pool.state).toBe('closed');
    expect([clock.timerCount, clock.turnCount]).toEqual([0, 0]);
    expect(network.pairs.filter((pair) => !pair.client.isClosed)).toEqual([]);
    this.#checkAccounts();
  }

  #play(address: string): void {
    const service = this.#stage.service(address);
    const count = (payload: unknown): void => {
      this.#runs.set(payload as number, (this.#runs.get(payload as number) ?? 0) + 1);
    };
    service.answer = (stream) => {
      if (this.#dice(12) === 0) {
        stream.reject(RejectReason.Overloaded, '', this.#dice(3) * 100);
        return;
      }
      count(stream.request.payload);
      if (this.#dice(2) === 0) this.#respond(stream);
    };
    service.onEvent = (frame) => count(frame.payload);
  }

  #respond(stream: IncomingStream): void {
    const kind = this.#dice(8);
    if (kind === 0) stream.fail('the handler failed');
    else if (kind === 1) stream.next('one of several');
    else stream.respond('done');
  }

  #ask(count: number): void {
    for (let each = 0; each < count; each++) {
      const deadlineMs = this.#dice(5) === 0 ? 0 : 50 + this.#dice(3_000);
      const isEvent = this.#dice(6) === 0;
      // Only of many answered calls that may be hedged it is known how long they take.
      const isIdempotent = !isEvent && (this.#options.hedge !== false) !== (this.#dice(4) === 0);
      const sink = new RecordedSink();
      const deadlineAt = deadlineMs === 0 ? Infinity : this.#stage.clock.now() + deadlineMs;
      const stickyKey = this.#dice(3) === 0 ? `key ${this.#dice(3)}` : undefined;
      const payload = this.asked.length;
      const request = { payload, deadlineMs, idempotent: isIdempotent, stickyKey };
      this.asked.push({ sink, isEvent, isIdempotent, deadlineAt, isCancelled: false });
      if (isEvent) this.#stage.emit(request, sink);
      else this.#stage.call(request, sink);
    }
  }

  /** The loop is blocked, after calls were made in the same turn and before others. */
  async #stall(): Promise<void> {
    this.#ask(1);
    this.#stage.clock.block(this.#dice(400));
    this.#ask(1);
    await this.#stage.advance(0);
  }

  #cancel(): void {
    const asked = this.asked[this.#dice(this.asked.length)];
    if (asked === undefined || asked.isEvent || asked.sink.isSettled) return;
    asked.isCancelled = true;
    asked.sink.call.cancel();
  }

  #answerSome(): void {
    for (const stream of this.#stage.service(this.#address()).open.slice(0, this.#dice(10)))
      this.#respond(stream);
  }

  #spoilLink(): void {
    const { openPairs } = this.#stage.network;
    const pair = openPairs[this.#dice(openPairs.length)];
    const kind = this.#dice(6);
    if (kind === 0) pair?.reset();
    else if (kind === 1) pair?.drop();
    else if (kind === 2) pair?.client.destroy(new Error('cut'));
    else if (kind === 3) pair?.stall();
    else if (kind === 4) pair?.flow();
    else pair?.server.destroy();
  }

  async #spoilService(): Promise<void> {
    const service = this.#stage.service(this.#address());
    if (this.#dice(2) === 0) service.goAway();
    else service.kill();
    if (this.#dice(2) === 0) await this.#stage.settle();
  }

  #checkFate({ sink, isEvent, isIdempotent, isCancelled }: Asked): void {
    const index = this.asked.findIndex((each) => each.sink === sink);
    const runs = this.#runs.get(index) ?? 0;
    const story = `${index}: ${sink.label}, ran ${runs} times`;
    expect(sink.ends.length, story).toBe(isCancelled ? 0 : 1);
    expect(runs, story).toBeLessThanOrEqual(isIdempotent ? this.#options.maxAttempts! : 1);
    if (sink.label.endsWith(' no')) expect(runs, story).toBe(0);
    const isRun = /^(complete|HANDLER_FAILED)$|yes$/.test(sink.label);
    if (isRun && !isEvent) expect(runs, story).toBeGreaterThanOrEqual(1);
  }

  #checkAccounts(): void {
    const { calls, waiters, inFlight } = this.#stage.snapshot;
    const { started, succeeded, failed, cancelled, deadlineExceeded } = calls;
    expect(succeeded + failed + cancelled + deadlineExceeded).toBe(started);
    expect([waiters, inFlight]).toEqual([0, 0]);
    this.#checkBudget();
    const flips = this.#stage.events.filter((name) => /^(dis)?connected$/.test(name));
    flips.forEach((name, at) => expect(name).toBe(at % 2 === 0 ? 'connected' : 'disconnected'));
  }

  /** Nothing was sent more often than all that began has earned, and what is given in any ten seconds. */
  #checkBudget(): void {
    const { retried, retries, hedges, hedgesWon } = this.#stage.snapshot.calls;
    const { budgetRatio, budgetPerSecond } = this.#options.retry!;
    const windows = Math.ceil(this.#stage.clock.now() / 10_000) + 1;
    const given = windows * 10 * budgetPerSecond!;
    expect(retried + hedges).toBeLessThanOrEqual(this.asked.length * budgetRatio! + given + 1e-6);
    expect(retries.unsent + retries.rejected + retries.lost).toBe(retried);
    expect(hedgesWon).toBeLessThanOrEqual(hedges);
    this.furtherAttempts = { retried, hedges, hedgesWon };
  }

  #answer(): 'accept' | 'refuse' | 'silence' {
    return (['accept', 'accept', 'refuse', 'silence'] as const)[this.#dice(4)]!;
  }

  #address(): string {
    return ADDRESSES[this.#dice(ADDRESSES.length)]!;
  }

  #dice(bound: number): number {
    return randomInteger(this.#random, bound);
  }
}
