import { describe, expect, it } from 'vitest';
import type { OpenReply } from '../../../lib/client/reply-buffer.js';
import { MAX_UNPACED_VALUES } from '../../../lib/client/reply-buffer.js';
import { ReplyStream } from '../../../lib/client/reply-stream.js';
import { RecordedCall } from '../../support/recorded-pool.js';

function make(signal?: AbortSignal) {
  const calls: RecordedCall[] = [];
  const open: OpenReply = (reply) => {
    const call = new RecordedCall({} as never, true, reply, 1);
    calls.push(call);
    reply.attach(call as never);
  };
  return { stream: new ReplyStream<unknown>(open, signal), calls };
}

function begin(signal?: AbortSignal) {
  const { stream, calls } = make(signal);
  const iterator = stream[Symbol.asyncIterator]();
  const first = iterator.next();
  return { iterator, first, call: calls[0] };
}

describe('a stream of replies', () => {
  it('asks nothing until the first value is wanted, and anew for each loop', async () => {
    const { stream, calls } = make();
    const iterators = [stream[Symbol.asyncIterator](), stream[Symbol.asyncIterator]()];
    expect(calls).toEqual([]);
    for (const iterator of iterators) void iterator.next();
    expect(calls).toHaveLength(2);
  });

  it('delivers values in order, whether they wait or are waited for', async () => {
    const { iterator, first, call } = begin();
    call.value(1, 10).value(2, 10).value(3, 10);
    call.end();
    expect(await first).toEqual({ done: false, value: 1 });
    expect(await iterator.next()).toEqual({ done: false, value: 2 });
    expect(await iterator.next()).toEqual({ done: false, value: 3 });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it('serves several takers in their order', async () => {
    const { iterator, first, call } = begin();
    const others = [iterator.next(), iterator.next(), iterator.next()];
    call.value('a').value('b').end();
    expect(await Promise.all([first, ...others])).toEqual([
      { done: false, value: 'a' },
      { done: false, value: 'b' },
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
  });

  it('gives credit back only for what was taken', async () => {
    const { iterator, first, call } = begin();
    call.value(1, 100).value(2, 200).value(3, 300);
    await first;
    expect(call.consumedBytes).toBe(100);
    await iterator.next();
    expect(call.consumedBytes).toBe(300);
  });

  it('delivers what came before a failure, then the failure, once', async () => {
    const { iterator, first, call } = begin();
    call.value(1).value(2).failWith({ message: 'out of numbers' }, 'HANDLER_FAILED');
    expect((await first).value).toBe(1);
    expect((await iterator.next()).value).toBe(2);
    await expect(iterator.next()).rejects.toMatchObject({ code: 'HANDLER_FAILED' });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it('fails the first who waits, and ends for the others', async () => {
    const { iterator, first, call } = begin();
    const second = iterator.next();
    call.failWith('no', 'NO_HANDLER');
    await expect(first).rejects.toMatchObject({ code: 'NO_HANDLER' });
    expect(await second).toEqual({ done: true, value: undefined });
  });
});

describe('leaving a stream of replies', () => {
  it('ends the work of the server and drops what waits', async () => {
    const { iterator, first, call } = begin();
    call.value(1).value(2);
    await first;
    expect(await iterator.return!()).toEqual({ done: true, value: undefined });
    expect(call.isCancelled).toBe(true);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it('ends for who still waits', async () => {
    const { iterator, first } = begin();
    await iterator.return!();
    expect(await first).toEqual({ done: true, value: undefined });
  });

  it('by break ends the work of the server', async () => {
    const { stream, calls } = make();
    const loop = (async () => {
      for await (const value of stream) if (value === 2) break;
    })();
    calls[0].value(1).value(2).value(3);
    await loop;
    expect(calls[0].isCancelled).toBe(true);
  });

  it('with an error passes the error on', async () => {
    const { iterator, first, call } = begin();
    const error = new Error('mine');
    await expect(iterator.throw!(error)).rejects.toBe(error);
    expect(call.isCancelled).toBe(true);
    await first;
  });

  it('before it began asks nothing', async () => {
    const { stream, calls } = make();
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.return!();
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(calls).toEqual([]);
  });
});

describe('a stream of replies with a signal', () => {
  it('ends at once when it is aborted, with what waits dropped', async () => {
    const abort = new AbortController();
    const { iterator, first, call } = begin(abort.signal);
    call.value(1).value(2);
    await first;
    abort.abort('enough');
    expect(call.isCancelled).toBe(true);
    await expect(iterator.next()).rejects.toMatchObject({ code: 'CANCELLED', cause: 'enough' });
    expect((await iterator.next()).done).toBe(true);
  });

  it('fails who waits', async () => {
    const abort = new AbortController();
    const { first } = begin(abort.signal);
    abort.abort();
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED', processed: 'maybe' });
  });

  it('asks nothing when the signal was aborted before', async () => {
    const { stream, calls } = make(AbortSignal.abort());
    const iterator = stream[Symbol.asyncIterator]();
    await expect(iterator.next()).rejects.toMatchObject({ code: 'CANCELLED', processed: 'no' });
    expect(calls).toEqual([]);
  });

  it('does not mind an abort after its end', async () => {
    const abort = new AbortController();
    const { iterator, first, call } = begin(abort.signal);
    call.end();
    await first;
    abort.abort();
    expect((await iterator.next()).done).toBe(true);
  });
});

describe('a stream that nothing can slow down', () => {
  it('fails when too many values wait, and delivers those that do', async () => {
    const { iterator, first, call } = begin();
    for (let value = 0; value <= MAX_UNPACED_VALUES + 1; value++) call.value(value);
    await first;
    expect(call.isCancelled).toBe(true);
    for (let value = 1; value <= MAX_UNPACED_VALUES + 1; value++) {
      expect((await iterator.next()).value).toBe(value);
    }
    await expect(iterator.next()).rejects.toMatchObject({ code: 'STREAM_OVERFLOW' });
  });

  it('goes on for ever when the consumer keeps up', async () => {
    const { iterator, first, call } = begin();
    call.value(0);
    await first;
    for (let value = 0; value < MAX_UNPACED_VALUES + 10; value++) {
      call.value(value);
      await iterator.next();
    }
    expect(call.isCancelled).toBe(false);
  });
});
