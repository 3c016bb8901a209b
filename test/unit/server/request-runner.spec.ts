import { of, throwError } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { RequestHarness } from './request-harness.js';

const INTERNAL = 'HANDLER_FAILED {"status":"error","message":"Internal server error"}';

describe('a request', () => {
  it.each([
    ['a value', () => 7, '7 end'],
    ['a promise', async () => Promise.resolve({ a: 1 }), '{"a":1} end'],
    ['null', () => null, 'null end'],
    ['nothing', () => undefined, 'end'],
    ['bytes', () => Buffer.from('x'), '{"type":"Buffer","data":[120]} end'],
    ['an Observable', () => of(1), '1 end'],
    ['a promise of an Observable', async () => Promise.resolve(of(1)), '1 end'],
  ])('is answered with what its handler returns: %s', async (_, handler, expected) => {
    const harness = new RequestHarness(handler);
    await harness.ask();

    expect(harness.replies).toEqual([expected]);
    expect(harness.server.connection.pending).toBe(0);
  });

  it('hands over data, pattern, metadata and peer', async () => {
    const handler = vi.fn<(data: unknown) => unknown>();
    const harness = new RequestHarness(handler);
    await harness.ask({ payload: { id: 7 }, metadata: { trace: 'x' } });
    const [context] = harness.contexts;

    expect(handler).toHaveBeenCalledWith({ id: 7 }, context);
    expect(context!.getPattern()).toBe('ask');
    expect(context!.getMetadata()).toEqual({ trace: 'x' });
    expect(context!.getPeer()).toMatchObject({ address: '10.0.0.1:50000', dialect: 'binary' });
  });

  it('without a handler is answered as Nest does', async () => {
    const harness = new RequestHarness(() => 1);
    await harness.ask({ pattern: 'unknown' });

    expect(harness.replies).toEqual([
      'NO_HANDLER "There is no matching message handler defined in the remote service."',
    ]);
  });
});

describe('a handler that fails', () => {
  it.each([
    ['an object', { code: 7 }, 'HANDLER_FAILED {"code":7}'],
    ['text', 'no', 'HANDLER_FAILED "no"'],
    ['nothing, as which the stock client takes it', undefined, 'end'],
    ['an empty string, likewise', '', 'end'],
  ])('is answered with what the Observable errors with: %s', async (_, error, expected) => {
    const harness = new RequestHarness(() => throwError(() => error));
    await harness.ask();

    expect(harness.replies).toEqual([expected]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('secret');
      },
    ],
    ['rejects', async () => Promise.reject(new Error('secret'))],
  ])('around its filters (%s) is answered without its secrets, and logged', async (_, handler) => {
    const harness = new RequestHarness(handler);
    await harness.ask();

    expect(harness.replies).toEqual([INTERNAL]);
    expect(harness.errors).toEqual([new Error('secret')]);
  });

  it('to return something that can be encoded is told so', async () => {
    const harness = new RequestHarness(() => 1n);
    await harness.ask();

    expect(harness.replies[0]).toContain('UNSERIALIZABLE_REPLY');
  });
});

describe('a request that nobody waits for any more', () => {
  it('does not begin its Observable, and destroys its Readable', async () => {
    let finish: (value: unknown) => void = () => undefined;
    const subscribe = vi.fn<() => void>();
    const destroy = vi.fn<() => void>();
    const harness = new RequestHarness(
      async () => new Promise<unknown>((resolve) => (finish = resolve)),
    );
    const first = await harness.ask();
    await harness.cancel(first);
    finish({ lift: () => undefined, subscribe });
    await harness.settle();
    const second = await harness.ask();
    await harness.cancel(second);
    finish({ destroy, async *[Symbol.asyncIterator]() {} });
    await harness.settle();

    expect(subscribe).not.toHaveBeenCalled();
    expect(destroy).toHaveBeenCalledTimes(1);
    expect(harness.replies).toEqual([]);
  });
});

describe('processing hooks', () => {
  const hooked = (handler: () => unknown) => {
    const harness = new RequestHarness(handler);
    const steps: string[] = [];
    harness.span = async (context, run) => {
      steps.push(`start ${context.getPattern()}`);
      await run(() => steps.push('end'));
    };
    return { harness, steps };
  };

  it.each([
    ['a value', () => 1],
    ['an Observable', () => of(1, 2)],
    ['an Observable that errors', () => throwError(() => 'no')],
    [
      'an AsyncIterable',
      async function* () {
        yield await Promise.resolve(1);
      },
    ],
    [
      'an error around the filters',
      () => {
        throw new Error('no');
      },
    ],
  ])('run once around %s', async (_, handler) => {
    const { harness, steps } = hooked(handler);
    await harness.ask();

    expect(steps).toEqual(['start ask', 'end']);
    expect(harness.server.connection.pending).toBe(0);
  });

  it('end with a request that is cancelled', async () => {
    const { harness, steps } = hooked(() => new Promise<never>(() => undefined));
    const streaming = hooked(async function* () {
      yield 1;
      await new Promise<never>(() => undefined);
    });
    const streamId = await streaming.harness.ask();
    await streaming.harness.cancel(streamId);
    await harness.cancel(await harness.ask());

    // A generator that waits for something else cannot be ended from outside.
    expect(streaming.steps).toEqual(['start ask']);
    expect(steps).toEqual(['start ask']);
  });

  it('that throw cost the request, not the service', async () => {
    const harness = new RequestHarness(() => 1);
    harness.span = async () => Promise.reject(new Error('broken hook'));
    await harness.ask();

    expect(harness.replies).toEqual([INTERNAL]);
    expect(harness.errors).toEqual([new Error('broken hook')]);
  });
});
