import { describe, expect, it, vi } from 'vitest';
import { A, B, NOTHING_LEFT, PoolStage } from '../../support/pool-stage.js';
import { RecordedSink } from '../../support/recorded-sink.js';

describe('an event', () => {
  it('is complete when it is with the link', async () => {
    const stage = await PoolStage.ready();
    const sink = stage.emit({ pattern: 'order.created', payload: { id: 7 } });
    expect(sink.label).toBe('open');
    await stage.settle();
    expect(sink.label).toBe('complete');
    expect(stage.service().events).toMatchObject([
      { pattern: 'order.created', payload: { id: 7 }, timeoutMs: 0 },
    ]);
    expect(stage.snapshot.calls.started).toBe(0);
  });

  it('starts a lazy pool, and waits for its connection', async () => {
    const stage = await PoolStage.idle();
    const sink = stage.emit();
    expect(stage.snapshot.waiters).toBe(1);
    await stage.settle();
    expect(sink.label).toBe('complete');
  });

  it('waits no longer than acquireTimeoutMs', async () => {
    const stage = await PoolStage.idle({ acquireTimeoutMs: 300 });
    stage.network.answers.set(A, 'silence');
    const sink = stage.emit();
    await stage.advance(300);
    expect(sink.label).toBe('ACQUIRE_TIMEOUT no');
  });

  it('waits no longer than its deadline for a link that takes nothing', async () => {
    const stage = await PoolStage.ready();
    stage.network.pairs[0]!.toServer.capacityBytes = 0;
    const bulky = stage.emit({ payload: 'x'.repeat(200_000) });
    await stage.settle();
    const sink = stage.emit({ deadlineMs: 400 });
    await stage.advance(399);
    expect([bulky.label, sink.label]).toEqual(['complete', 'open']);
    await stage.advance(11);
    expect(sink.label).toBe('DEADLINE_EXCEEDED maybe');
    stage.network.pairs[0]!.toServer.capacityBytes = Infinity;
    stage.network.pairs[0]!.flow();
    await stage.settle();
    expect(sink.ends.length).toBe(1);
  });

  it('that was not written goes to another connection, and is sent once', async () => {
    const stage = await PoolStage.ready({}, { services: [A, B] });
    const sinks = Array.from({ length: 10 }, () => stage.emit());
    stage.network.pairs[0]!.client.destroy(new Error('cut'));
    await stage.settle();
    expect(sinks.map((sink) => sink.label)).toEqual(Array(10).fill('complete'));
    expect([A, B].map((address) => stage.service(address).events.length)).toEqual([0, 10]);
  });

  it('is given up after maxAttempts', async () => {
    const stage = await PoolStage.ready({ maxAttempts: 1 }, { services: [A, B] });
    const sinks = Array.from({ length: 4 }, () => stage.emit());
    for (const pair of stage.network.pairs) pair.client.destroy(new Error('cut'));
    await stage.settle();
    expect(sinks.map((sink) => sink.label)).toEqual(Array(4).fill('CONNECTION_LOST no'));
  });

  it('that cannot be encoded fails alone', async () => {
    const stage = await PoolStage.ready();
    const [bad, good] = [stage.emit({ payload: 1n }), stage.emit()];
    await stage.settle();
    expect([bad.label, good.label]).toEqual(['UNSERIALIZABLE_PAYLOAD no', 'complete']);
  });

  it.each(['complete', 'error'] as const)(
    'whose consumer throws in %s() harms nobody',
    async (method) => {
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
      const stage = await PoolStage.ready();
      const bad = new RecordedSink();
      bad[method] = () => {
        throw new Error('broken consumer');
      };
      stage.emit({ payload: method === 'error' ? 1n : 1 }, bad);
      const good = stage.emit();
      await stage.settle();
      expect([good.label, warn.mock.calls.length]).toEqual(['complete', 1]);
      await Promise.all([stage.pool.close(), stage.settle()]);
      expect(stage.leftovers).toEqual(NOTHING_LEFT);
    },
  );
});
