import { describe, expect, it } from 'vitest';
import { A, B, NOTHING_LEFT, PoolStage } from '../../support/pool-stage.js';

const WATERMARKS = { highWatermark: 10, lowWatermark: 4, maxConnections: 3 };

/** How many connections take calls, looked at every `stepMs`. */
async function sizes(stage: PoolStage, steps: number, stepMs: number): Promise<number[]> {
  const seen: number[] = [];
  for (let step = 0; step < steps; step++) {
    await stage.advance(stepMs);
    seen.push(stage.ready());
  }
  return seen;
}

describe('the connections to an endpoint', () => {
  it('are opened up to the minimum', async () => {
    const stage = await PoolStage.ready({ pool: { minConnections: 3 } });
    expect([stage.ready(), stage.network.dials]).toEqual([3, 3]);
  });

  it('grow with the load, one a second, up to the maximum', async () => {
    const stage = await PoolStage.ready({ pool: WATERMARKS });
    stage.service().hold();
    stage.calls(100);
    await stage.settle();
    expect(stage.ready()).toBe(2);
    expect(await sizes(stage, 8, 500)).toEqual([2, 3, 3, 3, 3, 3, 3, 3]);
  });

  it('share new calls evenly', async () => {
    const stage = await PoolStage.ready({ pool: { minConnections: 3 } });
    stage.service().hold();
    stage.calls(300);
    const loads = stage.endpoint().connections.map((each) => each.inFlight);
    expect(Math.max(...loads) - Math.min(...loads)).toBeLessThan(20);
  });

  it('shrink when the load has been low for a while, and do not flap', async () => {
    const stage = await PoolStage.ready({ pool: WATERMARKS });
    stage.service().hold();
    const sinks = stage.calls(100);
    await stage.advance(3_000);
    expect(stage.ready()).toBe(3);
    for (const sink of sinks.slice(2)) sink.call.cancel();
    const seen = await sizes(stage, 20, 1_000);
    expect([seen[3], seen[19]]).toEqual([3, 1]);
    expect(seen.every((size, index) => index === 0 || size <= seen[index - 1]!)).toBe(true);
    // Those that were retired still had calls: none was cut.
    expect(sinks.slice(0, 2).map((sink) => sink.label)).toEqual(['open', 'open']);
  });

  it('stay as they are under a steady load between the watermarks', async () => {
    const stage = await PoolStage.ready({ pool: { ...WATERMARKS, minConnections: 2 } });
    stage.service().hold();
    stage.calls(15);
    await stage.advance(60_000);
    expect([stage.ready(), stage.network.dials]).toEqual([2, 2]);
  });

  it('above the minimum go when they have been idle for idleTimeoutMs', async () => {
    const pool = { ...WATERMARKS, lowWatermark: 0, idleTimeoutMs: 10_000 };
    const stage = await PoolStage.ready({ pool });
    stage.service().hold();
    stage.calls(20).forEach((sink) => sink.call.cancel());
    await stage.settle();
    expect(stage.ready()).toBe(2);
    await stage.advance(9_000);
    expect(stage.ready()).toBe(2);
    await stage.advance(3_000);
    expect(stage.ready()).toBe(1);
    expect(stage.snapshot.closes.active.idle).toBe(1);
  });

  it('are not idle as long as short calls or events go their way', async () => {
    const pool = { minConnections: 0, idleTimeoutMs: 5_000 };
    for (const use of ['call', 'emit'] as const) {
      const stage = await PoolStage.idle({ pool });
      for (let second = 0; second < 20; second++) {
        stage[use]();
        await stage.advance(1_000);
      }
      expect([use, stage.network.dials]).toEqual([use, 1]);
      await stage.advance(7_000);
      expect([use, stage.ready(), stage.pool.state]).toEqual([use, 0, 'idle']);
      const again = stage.call();
      await stage.settle();
      expect(again.label).toBe('complete');
    }
  });

  it('are not used while their peer misses heartbeats and another does not', async () => {
    const heartbeat = { intervalMs: 1_000, misses: 3 };
    const stage = await PoolStage.ready({ heartbeat }, { services: [A, B] });
    stage.network.pairs[0]!.stall();
    await stage.advance(2_000);
    const before = stage.snapshot.endpoints.map((each) => each.inFlight);
    const sinks = stage.calls(20);
    await stage.settle();
    expect(before).toEqual([0, 0]);
    expect(sinks.map((sink) => sink.label)).toEqual(Array(20).fill('complete'));
  });
});

describe('a connection that has reached its lifetime', () => {
  const pool = { lifetimeMs: 60_000, lifetimeJitterRatio: 0 };

  it('is replaced before it goes, and no call fails', async () => {
    const stage = await PoolStage.ready({ pool });
    const sinks = [];
    for (let step = 0; step < 1_300; step++) {
      sinks.push(stage.call());
      await stage.clock.advanceAsync(100);
      expect(stage.pool.isReady).toBe(true);
    }
    await stage.settle();
    expect(sinks.every((sink) => sink.label === 'complete')).toBe(true);
    expect([stage.network.dials, stage.snapshot.closes.active.lifetime]).toEqual([3, 2]);
    expect(stage.events).not.toContain('disconnected');
    expect(stage.network.openPairs.length).toBe(1);
  });

  it('lets its calls finish', async () => {
    const stage = await PoolStage.ready({ pool });
    stage.service().hold();
    const sink = stage.call({ deadlineMs: 0 });
    await stage.advance(90_000);
    expect(stage.endpoint().connections.map((each) => each.state)).toEqual(['draining', 'ready']);
    stage.service().release();
    await stage.settle();
    expect(sink.label).toBe('complete');
    expect(stage.endpoint().connections.length).toBe(1);
  });

  it('stays as long as no replacement can be made', async () => {
    const stage = await PoolStage.ready({ pool });
    stage.network.answers.set(A, 'refuse');
    await stage.advance(300_000);
    const sink = stage.call();
    await stage.settle();
    expect([sink.label, stage.ready()]).toEqual(['complete', 1]);
    stage.network.answers.set(A, 'accept');
    await stage.advance(130_000);
    expect(stage.ready()).toBe(1);
    expect(stage.snapshot.closes.active.lifetime).toBeGreaterThan(0);
  });

  it('together with all others keeps their number under load', async () => {
    const stage = await PoolStage.ready({
      pool: { ...pool, minConnections: 1, highWatermark: 10, lowWatermark: 5, maxConnections: 4 },
    });
    stage.service().hold();
    stage.calls(35, { deadlineMs: 0 });
    await stage.advance(10_000);
    expect(stage.ready()).toBe(4);
    for (let step = 0; step < 700; step++) {
      await stage.advance(100);
      expect(stage.ready()).toBeGreaterThanOrEqual(4);
      // New calls come as old ones end.
      stage.service().open[0]?.respond('done');
      stage.call({ deadlineMs: 0 });
    }
    expect(stage.ready()).toBe(4);
    expect(stage.snapshot.closes.active.lifetime).toBe(4);
  });

  it('without a minimum and without use is not replaced', async () => {
    const stage = await PoolStage.ready({
      pool: { ...pool, minConnections: 0, idleTimeoutMs: 200_000 },
    });
    await Promise.all([stage.pool.ready(), stage.settle()]);
    await stage.advance(62_000);
    expect([stage.ready(), stage.network.dials]).toEqual([0, 1]);
  });

  it('goes first where maxTotalConnections leaves no room, in a quiet moment', async () => {
    const stage = await PoolStage.ready({ pool: { ...pool, maxTotalConnections: 1 } });
    stage.service().hold();
    const busy = stage.call({ deadlineMs: 0 });
    await stage.advance(100_000);
    expect(stage.network.dials).toBe(1);
    stage.service().release();
    await stage.settle();
    await stage.advance(2_000);
    const sink = stage.call();
    await stage.advance(2_000);
    expect([busy.label, sink.label, stage.network.dials]).toEqual(['complete', 'complete', 2]);
    await Promise.all([stage.pool.close(), stage.advance(2_000)]);
    expect(stage.leftovers).toEqual(NOTHING_LEFT);
  });
});
