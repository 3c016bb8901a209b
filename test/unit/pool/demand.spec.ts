import { describe, expect, it } from 'vitest';
import { A, B, PoolStage } from '../../support/pool-stage.js';

const DIALS = { timeoutMs: 5_000 };

/** A pool whose endpoint has refused it for so long that the next attempt is far away. */
async function discouraged(options = {}) {
  const stage = await PoolStage.idle({ acquireTimeoutMs: DIALS.timeoutMs, ...options });
  stage.network.answers.set(A, 'refuse');
  stage.pool.start();
  await stage.advance(100_000);
  while (stage.endpoint().nextAttemptInMs! < 20_000) await stage.advance(1_000);
  return stage;
}

describe('while somebody waits', () => {
  it('an attempt is made before they give up, however long the backoff has become', async () => {
    const stage = await discouraged();
    const { dials } = stage.network;
    const sink = stage.call();
    await stage.advance(4_999);
    expect([sink.label, stage.network.dials - dials]).toEqual(['open', expect.any(Number)]);
    expect(stage.network.dials).toBeGreaterThan(dials);
    await stage.advance(1);
    expect(sink.label).toBe('ACQUIRE_TIMEOUT no');
  });

  it('an attempt is made for each of them, not only for the first', async () => {
    const stage = await discouraged();
    const waits: { at: number; dials: number; label: () => string }[] = [];
    for (let step = 0; step < 30; step++) {
      const { dials } = stage.network;
      const sink = stage.call();
      waits.push({ at: stage.clock.now(), dials, label: () => sink.label });
      await stage.advance(700);
      for (const wait of waits.filter((each) => stage.clock.now() - each.at >= DIALS.timeoutMs)) {
        expect(wait.label()).toBe('ACQUIRE_TIMEOUT no');
        expect(stage.network.dials).toBeGreaterThan(wait.dials);
      }
    }
  });

  it('the pool finds back to a service that has returned, and answers them', async () => {
    const stage = await discouraged();
    stage.network.answers.set(A, 'accept');
    const sink = stage.call();
    await stage.advance(2_500);
    expect(sink.label).toBe('complete');
  });

  it('a wide spread after a loss does not outlast them', async () => {
    const stage = await PoolStage.ready({ reconnect: { spreadMs: 60_000 } }, { random: () => 0.9 });
    await stage.advance(5_000);
    stage.service().kill();
    await stage.settle();
    expect(stage.endpoint().nextAttemptInMs).toBeGreaterThan(10_000);
    const sink = stage.call();
    await stage.advance(2_500);
    expect(sink.label).toBe('complete');
  });

  it('also calls that were thrown back by the loss itself count', async () => {
    const stage = await PoolStage.ready({ reconnect: { spreadMs: 60_000 } }, { random: () => 0.9 });
    await stage.advance(5_000);
    const sink = stage.call();
    stage.network.pairs[0]!.client.destroy(new Error('cut'));
    await stage.advance(2_500);
    expect(sink.label).toBe('complete');
  });

  it('a server that accepts and falls over is not dialed without end', async () => {
    const stage = await PoolStage.idle({ reconnect: { spreadMs: 0 }, acquireTimeoutMs: 60_000 });
    stage.network.onPair = (pair) => {
      stage.clock.schedule(1, () => pair.server.destroy());
    };
    stage.pool.start();
    await stage.advance(30_000);
    // 1 s, 2 s, 4 s, 8 s …, each up to twice as long.
    expect(stage.network.dials).toBeLessThanOrEqual(6);
    expect(stage.network.dials).toBeGreaterThan(2);
  });

  it('nobody is hurried once nobody waits any more', async () => {
    const stage = await discouraged();
    stage.call().call.cancel();
    await stage.advance(10_000);
    const later = stage.endpoint().nextAttemptInMs ?? 0;
    await stage.advance(1_000);
    expect(stage.snapshot.waiters).toBe(0);
    expect(later).toBeGreaterThan(1_000);
  });
});

it('endpoints that are down cost nothing while another takes the calls', async () => {
  const stage = await PoolStage.idle({}, { services: [A, B] });
  stage.network.answers.set(A, 'refuse');
  stage.pool.start();
  await stage.advance(200_000);
  const { dials } = stage.network;
  for (let step = 0; step < 50; step++) {
    stage.calls(3);
    await stage.advance(200);
  }
  expect(stage.network.dials - dials).toBeLessThanOrEqual(1);
  expect(stage.snapshot.calls.succeeded).toBe(150);
});
