import { expect } from 'vitest';
import type { Random } from '../../lib/common/random.js';
import { randomInteger, seededRandom } from '../../lib/common/random.js';
import type { ExclusivePoolOptionsInput } from '../../lib/pool/exclusive/exclusive-options.js';
import type { Lease } from '../../lib/pool/exclusive/lease.js';
import { ChangingDiscovery } from './changing-discovery.js';
import type { Session } from './exclusive-stage.js';
import { ExclusiveStage } from './exclusive-stage.js';

const ADDRESSES = ['tcp://a:1', 'tcp://b:1', 'tcp://c:1'];

interface Asked {
  readonly abort: AbortController;
  readonly latestAt: number;
  lease: Lease<Session> | undefined;
  fate: 'waiting' | 'granted' | 'returned' | 'failed';
}

/** An exclusive pool to which anything may happen, beside a plain account of who has asked for and who holds what. */
export class ExclusiveWorld {
  readonly asked: Asked[] = [];
  granted = 0;
  readonly #random: Random;
  readonly #stage: ExclusiveStage;
  readonly #discovery = new ChangingDiscovery(ADDRESSES);
  readonly #options: ExclusivePoolOptionsInput<Session>;
  /** The greatest maximum there has been. */
  #mostLinks: number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    const maxLinks = 1 + this.#dice(4);
    this.#mostLinks = maxLinks;
    this.#options = {
      discovery: this.#discovery,
      connectTimeoutMs: 300,
      acquireTimeoutMs: 200 + this.#dice(3_000),
      acquireRetries: this.#dice(4),
      maxWaiters: 3 + this.#dice(20),
      workTimeoutMs: 100,
      leakThresholdMs: this.#dice(2) * 2_000,
      links: {
        minLinks: this.#dice(maxLinks + 1),
        maxLinks,
        maxTotalLinks: 1 + this.#dice(10),
        idleTimeoutMs: 1_500,
        idleOrder: this.#dice(2) === 0 ? 'lifo' : 'fifo',
        lifetimeMs: 3_000,
        validateAfterIdleMs: this.#dice(3) * 200,
        keepAliveIntervalMs: this.#dice(2) * 1_000,
      },
      reconnect: { initialBackoffMs: 50, maxBackoffMs: 400, spreadMs: this.#dice(2) * 300 },
    };
    this.#stage = new ExclusiveStage(this.#options, { services: ADDRESSES });
    const { resource } = this.#stage;
    resource.onCreate = () => this.#work(undefined);
    resource.onValidate = () => this.#work(this.#dice(5) > 0);
    resource.onReset = () => this.#work(undefined);
    resource.onDestroy = () => this.#work(undefined);
  }

  async step(): Promise<void> {
    const kind = this.#dice(22);
    if (kind < 6) this.#ask(1 + this.#dice(4));
    else if (kind < 10) this.#giveBack();
    else if (kind === 10) this.#any('waiting')?.abort.abort();
    else if (kind < 15) await this.#stage.advance(this.#dice(900));
    else if (kind === 15) this.#spoilLink();
    else if (kind === 16) this.#stage.network.answers.set(this.#address(), this.#answer());
    else if (kind === 17) this.#discovery.report(...ADDRESSES.filter(() => this.#dice(3) > 0));
    else if (kind === 18) this.#resize();
    else await this.#stage.settle();
    this.checkNow();
  }

  /** Whatever holds at any time. */
  checkNow(): void {
    const { snapshot, openPairs, clock } = this.#stage;
    const held = this.asked.filter(({ fate }) => fate === 'granted').map(({ lease }) => lease!);
    const numbers = held.map((lease) => lease.resource.number);
    expect(new Set(numbers).size, 'a link has one user').toBe(numbers.length);
    expect(snapshot.waiters).toBeLessThanOrEqual(this.#options.maxWaiters!);
    expect(openPairs.length).toBeLessThanOrEqual(this.#options.links!.maxTotalLinks!);
    for (const { connections } of snapshot.endpoints)
      expect(connections.length).toBeLessThanOrEqual(this.#mostLinks);
    for (const { fate, latestAt } of this.asked)
      if (fate === 'waiting') expect(clock.now()).toBeLessThanOrEqual(latestAt);
  }

  /** The end, one way or another; then all is settled, and nothing left. */
  async finish(): Promise<void> {
    const { pool, clock } = this.#stage;
    const closed = pool.close(this.#dice(3) * 1_000);
    if (this.#dice(3) === 0) pool.destroy();
    await this.#stage.advance(500);
    if (this.#dice(2) === 0) while (this.#any('granted') !== undefined) this.#giveBack();
    await this.#stage.advance(30_000);
    await closed;
    expect(this.asked.filter(({ fate }) => fate === 'waiting')).toEqual([]);
    while (this.#any('granted') !== undefined) this.#giveBack();
    await this.#stage.advance(0);
    expect([pool.state, clock.timerCount, clock.turnCount]).toEqual(['closed', 0, 0]);
    expect(this.#stage.openPairs).toEqual([]);
    const { started, succeeded, failed, cancelled, deadlineExceeded } = pool.snapshot().calls;
    expect(succeeded + failed + cancelled + deadlineExceeded).toBe(started);
  }

  #ask(count: number): void {
    for (let each = 0; each < count; each++) {
      const timeoutMs =
        this.#dice(3) === 0 ? 20 + this.#dice(500) : this.#options.acquireTimeoutMs!;
      const abort = new AbortController();
      const latestAt = this.#stage.clock.now() + timeoutMs;
      const asked: Asked = { abort, latestAt, lease: undefined, fate: 'waiting' };
      const index = this.asked.push(asked) - 1;
      this.#stage.pool.acquire({ timeoutMs, signal: abort.signal }).then(
        (lease) => this.#onGranted(index, lease),
        () => (asked.fate = 'failed'),
      );
    }
  }

  #onGranted(index: number, lease: Lease<Session>): void {
    const overtaken = this.asked.slice(0, index).some(({ fate }) => fate === 'waiting');
    this.granted++;
    Object.assign(this.asked[index]!, { lease, fate: 'granted' });
    expect(overtaken, 'who came first is served first').toBe(false);
  }

  #giveBack(): void {
    const asked = this.#any('granted');
    if (asked === undefined) return;
    asked.fate = 'returned';
    if (this.#dice(4) === 0) asked.lease!.destroy();
    else void asked.lease!.release();
  }

  #resize(): void {
    const maxLinks = 1 + this.#dice(5);
    this.#mostLinks = Math.max(this.#mostLinks, maxLinks);
    this.#stage.pool.control.resize({ minLinks: this.#dice(maxLinks + 1), maxLinks });
  }

  #spoilLink(): void {
    const pair = this.#stage.openPairs[this.#dice(this.#stage.openPairs.length)];
    const kind = this.#dice(4);
    if (kind === 0) pair?.reset();
    else if (kind === 1) pair?.server.end();
    else if (kind === 2) pair?.server.write(new Uint8Array(3));
    else pair?.server.destroy();
  }

  /** What user code does: it is done at once, a little later, fails, or never ends. */
  #work<Result>(result: Result): Promise<Result> {
    const kind = this.#dice(8);
    if (kind === 0) return Promise.reject(new Error('it failed'));
    if (kind === 1) return new Promise(() => {});
    if (kind > 3) return Promise.resolve(result);
    return new Promise((resolve) => {
      this.#stage.clock.schedule(this.#dice(80), () => resolve(result));
    });
  }

  #any(fate: Asked['fate']): Asked | undefined {
    const fitting = this.asked.filter((each) => each.fate === fate);
    return fitting[this.#dice(fitting.length)];
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
