import { describe, expect, it, vi } from 'vitest';
import { A, NOTHING_LEFT, PoolStage } from '../../support/pool-stage.js';
import { RecordedSink } from '../../support/recorded-sink.js';

/** A stage with calls that are held by the server. */
async function stageWithHeldCalls(count: number) {
  const stage = await PoolStage.ready();
  stage.service().hold();
  const sinks = stage.calls(count);
  await stage.settle();
  return { stage, sinks };
}

describe('data that acts while it is encoded', () => {
  it('may make further calls, which leave after its own', async () => {
    const stage = await PoolStage.ready({ whenUnavailable: 'fail' });
    const inner: RecordedSink[] = [];
    const toJSON = (): string => {
      inner.push(stage.call({ payload: 'inner' }), stage.emit({ payload: 'inner' }));
      return 'outer';
    };
    const sinks = [stage.call({ payload: { toJSON } }), stage.call({ payload: 'after' })];
    await stage.settle();
    expect([...sinks, ...inner].map((sink) => sink.label)).toEqual(Array(4).fill('complete'));
    const order = stage.service().requests.map((stream) => stream.request.payload);
    expect(order).toEqual(['outer', 'inner', 'after']);
  });

  it('may make a call and fail', async () => {
    const stage = await PoolStage.ready();
    const inner: RecordedSink[] = [];
    const toJSON = (): never => {
      inner.push(stage.call());
      throw new Error('cannot be written');
    };
    const bad = stage.call({ payload: { toJSON } });
    await stage.settle();
    expect([bad.label, inner[0]!.label]).toEqual(['UNSERIALIZABLE_PAYLOAD no', 'complete']);
    expect(stage.snapshot).toMatchObject({ inFlight: 0, waiters: 0 });
  });

  it('may close the pool', async () => {
    const stage = await PoolStage.ready();
    const toJSON = (): string => {
      stage.pool.destroy();
      return 'last words';
    };
    const sink = stage.call({ payload: { toJSON } });
    await stage.advance(2_000);
    expect(sink.ends.length).toBe(1);
    expect([stage.pool.state, stage.leftovers]).toEqual(['closed', NOTHING_LEFT]);
  });
});

describe('a consumer', () => {
  it.each(['next', 'complete', 'error'] as const)(
    'that throws in %s() harms no other call, and is warned of',
    async (method) => {
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
      const stage = await PoolStage.ready();
      stage.service().answer = (stream) => {
        if (stream.request.payload === 'fail') stream.fail('no');
        else stream.respond('yes');
      };
      const bad = new RecordedSink();
      bad[method] = () => {
        throw new Error('broken consumer');
      };
      stage.call({ payload: method === 'error' ? 'fail' : 1 }, bad);
      const good = stage.call();
      await stage.settle();
      expect(good.label).toBe('complete');
      expect(warn).toHaveBeenCalledOnce();
      expect(String(warn.mock.calls[0]![0])).toContain('broken consumer');
      expect([stage.events.includes('connectionClosed'), stage.snapshot.inFlight]).toEqual([
        false,
        0,
      ]);
    },
  );

  it('may throw when the clock or a closing pool fails its call', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { stage } = await stageWithHeldCalls(0);
    const bad = new RecordedSink();
    bad.error = () => {
      throw new Error('broken consumer');
    };
    stage.call({ deadlineMs: 50 }, bad);
    const other = stage.call({ deadlineMs: 50 });
    await stage.advance(60);
    expect(other.label).toBe('DEADLINE_EXCEEDED maybe');
    stage.call({}, bad);
    const last = stage.call();
    stage.pool.destroy();
    await stage.settle();
    expect(last.label).toBe('CONNECTION_LOST no');
    expect(stage.leftovers).toEqual(NOTHING_LEFT);
  });

  it('may make the next call, from any of its methods', async () => {
    const stage = await PoolStage.ready({ maxInFlight: 1 });
    const others: RecordedSink[] = [];
    const sink = new RecordedSink();
    sink.next = () => void others.push(stage.call());
    sink.complete = () => void others.push(stage.call());
    stage.call({}, sink);
    const failing = new RecordedSink();
    failing.error = () => void others.push(stage.call());
    stage.call({ payload: 1n }, failing);
    await stage.settle();
    expect(others.map((each) => each.label)).toEqual(Array(3).fill('complete'));
  });

  it.each(['next', 'complete'] as const)('may close the pool in %s()', async (method) => {
    const stage = await PoolStage.ready();
    const sink = new RecordedSink();
    let closed: Promise<void> | undefined;
    sink[method] = () => void (closed = stage.pool.close());
    stage.call({}, sink);
    const other = stage.call();
    await stage.advance(2_000);
    await closed;
    expect(other.label).toBe('complete');
    expect(stage.leftovers).toEqual(NOTHING_LEFT);
  });

  it('may destroy the pool in error(), while others fail with it', async () => {
    const { stage, sinks } = await stageWithHeldCalls(3);
    sinks[0]!.error = () => stage.pool.destroy();
    await stage.crash(A);
    expect(sinks.slice(1).map((sink) => sink.label)).toEqual(
      Array(2).fill('CONNECTION_LOST maybe'),
    );
    await stage.advance(2_000);
    expect([stage.pool.state, stage.leftovers]).toEqual(['closed', NOTHING_LEFT]);
  });
});
