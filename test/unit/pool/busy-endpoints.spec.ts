import { describe, expect, it } from 'vitest';
import type { PoolOptionsInput } from '../../../lib/pool/pool-options.js';
import { Beacon } from '../../../lib/management/worker/beacon/beacon.js';
import { A, B, PoolStage } from '../../support/pool-stage.js';

const INTERVAL_MS = 1_000;
const ID = '000102030405060708090a0b0c0d0e0f';
const heartbeat = { intervalMs: INTERVAL_MS, misses: 3 };

/** Two instances; the first tells what it is told to tell, and may get stuck. */
class BusyStage {
  loopLagMs = 0;
  queueAgeMs = 0;
  /** When its loop began to stand still. */
  stuckAt: number | undefined;

  private constructor(readonly stage: PoolStage) {}

  static async ready(input: PoolOptionsInput = {}): Promise<BusyStage> {
    const stage = await PoolStage.idle({ heartbeat, ...input }, { services: [A, B] });
    const busy = new BusyStage(stage);
    const service = stage.service(A);
    service.options = {
      ...service.options,
      loopLagMs: () => busy.loopLagMs,
      queueAgeMs: () => busy.queueAgeMs,
      beaconFor: () => ({ port: 9, id: ID }),
    };
    stage.pool.start();
    await stage.settle();
    return busy;
  }

  async light(): Promise<void> {
    const { clock, network } = this.stage;
    const listener = network.listener('tcp://a:9');
    const stuckMs = (): number => (this.stuckAt === undefined ? 0 : clock.now() - this.stuckAt);
    await new Beacon({ listener, clock, id: ID, stuckMs, onLost: () => undefined }).open();
  }

  /** The loop of the first instance stands still. */
  freeze(): void {
    this.stuckAt = this.stage.clock.now();
    this.pairOfA.stall();
  }

  /** It goes on. */
  thaw(): void {
    this.stuckAt = undefined;
    this.pairOfA.flow();
  }

  /** How many of so many calls the first instance got. */
  async shareOf(calls: number): Promise<number> {
    const { requests } = this.stage.service(A);
    const before = requests.length;
    for (let count = 0; count < calls; count++) {
      this.stage.call();
      await this.stage.settle();
    }
    return requests.length - before;
  }

  private get pairOfA() {
    return this.stage.network.pairs.find((pair) => pair.client.remote.startsWith('a:1'))!;
  }
}

describe('an endpoint whose server is behind', () => {
  it.each<[string, Partial<BusyStage>, PoolOptionsInput['heartbeat']]>([
    ['says that its loop lags', { loopLagMs: 60 }, { ...heartbeat, busyLagMs: 50 }],
    ['says that calls wait', { queueAgeMs: 60 }, { ...heartbeat, busyQueueMs: 50 }],
  ])('gets no calls while another takes them, when it %s', async (_, load, terms) => {
    const busy = await BusyStage.ready({ heartbeat: terms });
    const { stage } = busy;
    expect(await busy.shareOf(40)).toBeGreaterThan(5);
    Object.assign(busy, load);
    await stage.advance(INTERVAL_MS);
    expect(stage.endpoint(A)).toMatchObject({
      isBusy: true,
      state: 'ready',
      connections: [{ peerCondition: 'busy' }],
    });
    expect(stage.endpoint(B).isBusy).toBe(false);
    expect(await busy.shareOf(40)).toBe(0);
    Object.assign(busy, { loopLagMs: 0, queueAgeMs: 0 });
    await stage.advance(INTERVAL_MS);

    expect(stage.endpoint(A).isBusy).toBe(false);
    expect(await busy.shareOf(40)).toBeGreaterThan(5);
    expect(stage.events.filter((name) => /Busy|Recovered/.test(name))).toEqual([
      'connectionBusy',
      'connectionRecovered',
    ]);
  });

  it('gets calls all the same where nobody else takes them', async () => {
    const busy = await BusyStage.ready();
    busy.loopLagMs = 500;
    await busy.stage.advance(INTERVAL_MS);
    await busy.stage.crash(B);

    expect(await busy.shareOf(10)).toBe(10);
  });

  it('is noticed after the share of the interval that is configured', async () => {
    const busy = await BusyStage.ready({ heartbeat: { ...heartbeat, lateRatio: 0.2 } });
    await busy.stage.advance(INTERVAL_MS + 10);
    busy.stage.network.pairs[0]!.stall();
    await busy.stage.advance(1.2 * INTERVAL_MS);

    expect(
      busy.stage.payloads.find(({ name }) => name === 'connectionBusy')?.payload,
    ).toMatchObject({ pool: 'default', endpoint: A, why: 'late' });
  });
});

describe('an endpoint whose server is stuck', () => {
  it('keeps its connections and calls while its beacon vouches for it, and answers when it goes on', async () => {
    const busy = await BusyStage.ready();
    const { stage } = busy;
    await busy.light();
    stage.service(A).hold();
    stage.service(B).hold();
    const calls = stage.calls(20, { deadlineMs: 60_000 });
    await stage.advance(10);
    busy.freeze();
    await stage.advance(20 * INTERVAL_MS);
    expect(stage.endpoint(A).connections).toMatchObject([{ peerCondition: 'stuck' }]);
    expect(stage.snapshot.closes.active.heartbeat).toBe(0);
    expect(stage.snapshot.beaconAnswers.stuck).toBeGreaterThan(15);
    stage.service(B).release();
    busy.thaw();
    stage.service(A).release();
    await stage.advance(2 * INTERVAL_MS);

    expect(new Set(calls.map(({ label }) => label))).toEqual(new Set(['complete']));
    expect(stage.endpoint(A)).toMatchObject({ isBusy: false, inFlight: 0 });
  });

  it('is closed as dead when nobody vouches for it', async () => {
    const busy = await BusyStage.ready();
    busy.freeze();
    await busy.stage.advance(4 * INTERVAL_MS);

    expect(busy.stage.snapshot.closes.active.heartbeat).toBe(1);
    expect(busy.stage.snapshot.beaconAnswers.nobody).toBeGreaterThan(1);
  });

  it('is given up after `maxStuckMs`', async () => {
    const busy = await BusyStage.ready({ heartbeat: { ...heartbeat, maxStuckMs: 7_000 } });
    await busy.light();
    busy.freeze();
    await busy.stage.advance(6 * INTERVAL_MS);
    expect(busy.stage.snapshot.closes.active.heartbeat).toBe(0);
    await busy.stage.advance(3 * INTERVAL_MS);

    expect(busy.stage.snapshot.closes.active.heartbeat).toBe(1);
  });

  it('is not asked about with `maxStuckMs` 0', async () => {
    const busy = await BusyStage.ready({ heartbeat: { ...heartbeat, maxStuckMs: 0 } });
    await busy.light();
    busy.freeze();
    await busy.stage.advance(4 * INTERVAL_MS);

    expect(busy.stage.snapshot.beaconAnswers).toEqual({ stuck: 0, turning: 0, nobody: 0 });
    expect(busy.stage.snapshot.closes.active.heartbeat).toBe(1);
  });
});
