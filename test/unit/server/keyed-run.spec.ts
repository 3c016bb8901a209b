import { NEVER, Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { DedupStage, deferred, repliesOf } from './dedup-stage.js';

describe('a handler at work for a key', () => {
  it('is not stopped when its connection is lost, and its answer waits for the repeat', async () => {
    const { promise, resolve } = deferred<string>();
    const stage = new DedupStage(() => promise);
    await stage.ask(stage.first);
    await stage.lose(stage.first);
    expect(stage.context!.signal.aborted).toBe(false);
    resolve('done');
    await stage.settle();
    await stage.ask(stage.second);
    expect([repliesOf(stage.second), stage.runs]).toEqual([['"done" end'], 1]);
    expect(stage.dedup.counts).toMatchObject({ running: 0, replayed: 1 });
  });

  it('is joined by the repeat of a call whose connection was lost', async () => {
    const { promise, resolve } = deferred<string>();
    const stage = new DedupStage(() => promise);
    await stage.ask(stage.first);
    await stage.lose(stage.first);
    await stage.ask(stage.second);
    stage.first.clock.advance(5_000);
    expect(stage.context!.signal.aborted).toBe(false);
    resolve('done');
    await stage.settle();
    expect([repliesOf(stage.second), stage.runs]).toEqual([['"done" end'], 1]);
  });

  it('is stopped when nobody came back for its answer in time', async () => {
    let isLeft = false;
    const stage = new DedupStage(() => new Observable(() => () => (isLeft = true)));
    await stage.ask(stage.first);
    await stage.lose(stage.first);
    stage.first.clock.advance(999);
    expect(isLeft).toBe(false);
    stage.first.clock.advance(1);
    expect([isLeft, stage.dedup.counts.running]).toEqual([true, 0]);
    expect(stage.first.clock.timerCount).toBe(0);
  });

  it('is stopped when its caller gives up, and the repeat runs anew', async () => {
    const stage = new DedupStage(() => NEVER);
    await stage.ask(stage.first);
    const { signal } = stage.context!;
    await stage.cancel(stage.first);
    expect([signal.aborted, stage.dedup.counts.running]).toEqual([true, 0]);
    await stage.ask(stage.second);
    expect(stage.runs).toBe(2);
  });

  it('goes on when one gives up, and another waits', async () => {
    const { promise, resolve } = deferred<string>();
    const stage = new DedupStage(() => promise);
    await stage.ask(stage.first);
    await stage.ask(stage.second);
    await stage.cancel(stage.second);
    expect(stage.context!.signal.aborted).toBe(false);
    resolve('done');
    await stage.settle();
    expect(repliesOf(stage.first)).toEqual(['"done" end']);
    expect(repliesOf(stage.second)).toEqual([]);
  });

  it('has answered when it goes on in spite of being told to stop', async () => {
    const { promise, resolve } = deferred<string>();
    const stage = new DedupStage(() => promise);
    await stage.ask(stage.first);
    await stage.cancel(stage.first);
    expect(stage.context!.signal.aborted).toBe(true);
    await stage.ask(stage.second);
    expect(stage.runs).toBe(1);
    resolve('done all the same');
    await stage.settle();
    expect(repliesOf(stage.second)).toEqual(['"done all the same" end']);
  });

  it('has not answered when it fails because it was told to stop: who waits meanwhile is served anew', async () => {
    const { promise, reject } = deferred<string>();
    const stage: DedupStage = new DedupStage(() => (stage.runs === 1 ? promise : 'second run'));
    await stage.ask(stage.first);
    await stage.cancel(stage.first);
    await stage.ask(stage.second);
    reject(new Error('aborted'));
    await stage.settle();
    expect([repliesOf(stage.second), stage.runs]).toEqual([['"second run" end'], 2]);
  });

  it('has not answered when it returns a source after it was told to stop', async () => {
    const { promise, resolve } = deferred<Observable<number>>();
    let subscriptions = 0;
    const stage = new DedupStage(() => promise);
    await stage.ask(stage.first);
    await stage.cancel(stage.first);
    resolve(new Observable(() => void subscriptions++));
    await stage.settle();
    expect([subscriptions, stage.dedup.counts.running]).toEqual([0, 0]);
    expect(stage.first.clock.timerCount).toBe(0);
  });

  it('streams to the first who waits, and stops with it', async () => {
    let isLeft = false;
    const stage = new DedupStage(
      () =>
        new Observable((subscriber) => {
          subscriber.next(1);
          subscriber.next(2);
          return () => (isLeft = true);
        }),
    );
    await stage.ask(stage.first);
    expect(repliesOf(stage.first)).toEqual(['1', '2']);
    await stage.lose(stage.first);
    expect(isLeft).toBe(true);
  });
});
