import { concat, EMPTY, NEVER, Observable, of, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Handler } from './dedup-stage.js';
import { DedupStage, deferred, repliesOf } from './dedup-stage.js';

describe('a call that is repeated with its key', () => {
  it.each<[string, Handler, string]>([
    ['a value', () => 7, '7 end'],
    [
      'an object',
      () => ({ id: 1, at: new Date(0) }),
      '{"id":1,"at":"1970-01-01T00:00:00.000Z"} end',
    ],
    ['nothing', () => undefined, 'end'],
    ['null', () => null, 'null end'],
    ['bytes', () => Buffer.from('ab'), '{"type":"Buffer","data":[97,98]} end'],
    ['a promise', () => Promise.resolve('later'), '"later" end'],
    ['an Observable of one value', () => of(1), '1 end'],
    ['an Observable of none', () => EMPTY, 'end'],
    [
      'a failure',
      () => throwError(() => ({ status: 'error', message: 'no' })),
      'HANDLER_FAILED {"status":"error","message":"no"}',
    ],
    [
      'a failure of its own',
      () => Promise.reject(new Error('boom')),
      'HANDLER_FAILED {"status":"error","message":"Internal server error"}',
    ],
  ])('is answered with what the first was, and not run: %s', async (_what, handler, reply) => {
    const stage = new DedupStage(handler);
    await stage.ask(stage.first);
    await stage.ask(stage.second);
    await stage.ask(stage.first);
    expect(repliesOf(stage.first)).toEqual([reply, reply]);
    expect(repliesOf(stage.second)).toEqual([reply]);
    expect(stage.runs).toBe(1);
    expect(stage.dedup.counts).toMatchObject({ running: 0, kept: 1, replayed: 2, joined: 0 });
  });

  it('gets the answer as it was, whatever the handler does to its objects afterwards', async () => {
    const stored = { stock: 3, bytes: Buffer.from('a') };
    const stage = new DedupStage(() => stored);
    await stage.ask(stage.first);
    stored.stock = 2;
    await stage.ask(stage.second);
    expect(repliesOf(stage.second)).toEqual(repliesOf(stage.first));
  });

  it('gets the object itself where a serializer of packets may need it', async () => {
    class Order {
      readonly id = 1;
    }
    const stage = new DedupStage(() => new Order(), { keepsObjects: true });
    await stage.ask(stage.first);
    await stage.ask(stage.second);
    expect(repliesOf(stage.second)).toEqual(['{"id":1} end']);
  });

  it('is told again that the reply could not be sent', async () => {
    const stage = new DedupStage(() => ({ big: 1n }));
    await stage.ask(stage.first);
    await stage.ask(stage.second);
    const told = [repliesOf(stage.first), repliesOf(stage.second)].flat();
    expect(told.map((each) => each.split(' ')[0])).toEqual(Array(2).fill('UNSERIALIZABLE_REPLY'));
    expect(stage.runs).toBe(1);
  });

  it('waits for the first while that runs', async () => {
    const { promise, resolve } = deferred<string>();
    const stage = new DedupStage(() => promise);
    await stage.ask(stage.first);
    await stage.ask(stage.second);
    expect(stage.dedup.counts).toMatchObject({ running: 1, joined: 1 });
    resolve('done');
    await stage.settle();
    expect([repliesOf(stage.first), repliesOf(stage.second)]).toEqual([
      ['"done" end'],
      ['"done" end'],
    ]);
    expect(stage.runs).toBe(1);
  });

  it('is run again when its time is over', async () => {
    const stage = new DedupStage(() => 1);
    await stage.ask(stage.first);
    stage.first.clock.advance(999);
    await stage.ask(stage.second);
    expect(stage.runs).toBe(1);
    stage.first.clock.advance(1);
    await stage.ask(stage.second);
    expect(stage.runs).toBe(2);
  });

  it.each<[string, Handler]>([
    ['an Observable of several values', () => of(1, 2)],
    ['one that ends later than its value', () => concat(of(1), NEVER)],
    [
      'a generator',
      async function* () {
        yield 1;
      },
    ],
  ])('is run again where the reply is a stream: %s', async (_what, handler) => {
    const stage = new DedupStage(handler);
    await stage.ask(stage.first);
    await stage.ask(stage.second);
    expect(stage.runs).toBe(2);
    expect(repliesOf(stage.second)).toEqual(repliesOf(stage.first));
    expect(repliesOf(stage.first)[0]).toBe('1');
    expect(stage.dedup.counts).toMatchObject({ running: 0, kept: 0 });
  });

  it('runs on its own when it waited for what turns out to be a stream', async () => {
    const { promise, resolve } = deferred<Observable<number>>();
    const stage = new DedupStage(() => promise);
    await stage.ask(stage.first);
    await stage.ask(stage.second);
    await stage.ask(stage.second);
    resolve(of(1, 2));
    await stage.settle();
    expect(stage.runs).toBe(3);
    expect(repliesOf(stage.second)).toEqual(['1', '2 end', '1', '2 end']);
  });
});

describe('a call is run anew', () => {
  it.each<[string, string | null, object]>([
    ['without a key', null, {}],
    ['with another key', 'other', {}],
    ['with the key of another pattern', 'k', { pattern: 'ask more' }],
    ['with a key that is no text', null, { metadata: { 'idempotency-key': 7 } }],
    ['with a key that is too long', 'k'.repeat(201), {}],
  ])('%s', async (_why, key, parts) => {
    const stage = new DedupStage(() => 1);
    await stage.ask(stage.first);
    await stage.ask(stage.second, key, parts);
    await stage.ask(stage.second, key, parts);
    expect(stage.runs).toBe(key === 'other' || 'pattern' in parts ? 2 : 3);
  });

  it('when nothing ran for its key: there was no handler', async () => {
    const stage = new DedupStage(() => 1);
    await stage.ask(stage.first, 'k', { pattern: 'unknown' });
    expect(stage.dedup.counts).toMatchObject({ running: 0, kept: 0 });
  });

  it('or rejected, when too many with a key are at work', async () => {
    const stage = new DedupStage(() => new Promise(() => {}), { maxEntries: 1 });
    await stage.ask(stage.first);
    await stage.ask(stage.second, 'other');
    expect(repliesOf(stage.second)).toEqual(['rejected']);
    expect(stage.runs).toBe(1);
  });
});
