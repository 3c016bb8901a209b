import { describe, expect, it } from 'vitest';
import { ReplyPromise } from '../../../lib/client/reply-promise.js';
import { RecordedCall } from '../../support/recorded-pool.js';

function make(signal?: AbortSignal) {
  let reply!: ReplyPromise<unknown>;
  const promise = new Promise((resolve, reject) => {
    reply = new ReplyPromise({ resolve, reject }, signal);
  });
  const call = new RecordedCall({} as never, false, reply, 1);
  reply.attach(call as never);
  return { reply, promise, call };
}

describe('the promise of a reply', () => {
  it('is kept with the value once the reply is complete', async () => {
    const { promise, call } = make();
    call.value(7).end();
    await expect(promise).resolves.toBe(7);
  });

  it('is kept with the last of several values', async () => {
    const { promise, call } = make();
    call.value(1).value(2).value(3).end();
    await expect(promise).resolves.toBe(3);
  });

  it('is kept with undefined when there is no value', async () => {
    const { promise, call } = make();
    call.end();
    await expect(promise).resolves.toBeUndefined();
  });

  it('does not hide an error behind a value', async () => {
    const { promise, call } = make();
    call.value(1).failWith({ message: 'no more' }, 'HANDLER_FAILED');
    await expect(promise).rejects.toMatchObject({ code: 'HANDLER_FAILED', message: 'no more' });
  });

  it('is settled once', async () => {
    const { promise, reply } = make();
    reply.complete();
    reply.error(new Error('late'));
    await expect(promise).resolves.toBeUndefined();
  });
});

describe('the promise of a reply, aborted', () => {
  it('is broken, and ends the work of the server', async () => {
    const abort = new AbortController();
    const { promise, call } = make(abort.signal);
    abort.abort('enough');
    await expect(promise).rejects.toMatchObject({ code: 'CANCELLED', cause: 'enough' });
    expect(call.isCancelled).toBe(true);
  });

  it.each([
    ['kept', (call: RecordedCall) => call.end()],
    ['broken', (call: RecordedCall) => call.failWith('no', 'HANDLER_FAILED')],
    ['aborted', (_call: RecordedCall, abort: AbortController) => abort.abort()],
  ])('leaves no listener on the signal when it is %s', async (_, settle) => {
    const abort = new AbortController();
    const listeners = countListeners(abort.signal);
    const { promise, call } = make(abort.signal);
    expect(listeners()).toBe(1);
    settle(call, abort);
    await promise.catch(() => undefined);
    expect(listeners()).toBe(0);
  });
});

function countListeners(signal: AbortSignal): () => number {
  const listeners = new Set<unknown>();
  const add = signal.addEventListener.bind(signal) as (...args: unknown[]) => void;
  const remove = signal.removeEventListener.bind(signal) as (...args: unknown[]) => void;
  signal.addEventListener = (type: string, listener: unknown, options: unknown) => {
    listeners.add(listener);
    add(type, listener, options);
  };
  signal.removeEventListener = (type: string, listener: unknown) => {
    listeners.delete(listener);
    remove(type, listener);
  };
  return () => listeners.size;
}
