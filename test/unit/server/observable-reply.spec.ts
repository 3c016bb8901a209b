import { concat, EMPTY, interval, NEVER, of, range, Subject, throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { FrameType } from '../../../lib/protocol/frame.js';
import { RequestHarness } from './request-harness.js';

const asked = async (
  source: Observable<unknown>,
  ...parts: Parameters<typeof harnessOf> extends [unknown, ...infer Rest] ? Rest : never
) => {
  const harness = harnessOf(source, ...parts);
  await harness.ask();
  return harness;
};

function harnessOf(
  source: Observable<unknown>,
  options: ConstructorParameters<typeof RequestHarness>[1] = {},
  hello: ConstructorParameters<typeof RequestHarness>[2] = {},
) {
  return new RequestHarness(() => source, options, hello);
}

describe('the values of an Observable', () => {
  it.each([
    ['several at once: the last with the end', of(1, 2, 3), ['1', '2', '3 end']],
    ['none', EMPTY, ['end']],
    ['undefined between others', of(1, undefined, 2), ['1', 'undefined', '2 end']],
    [
      'some, then an error',
      concat(
        of(1, 2),
        throwError(() => 'no'),
      ),
      ['1', '2', 'HANDLER_FAILED "no"'],
    ],
  ])('are the reply: %s', async (_, source, expected) => {
    expect((await asked(source)).replies).toEqual(expected);
  });

  it('leave when they come, not with the next', async () => {
    const source = new Subject<number>();
    const harness = await asked(source);
    source.next(1);
    await harness.settle();
    expect(harness.replies).toEqual(['1']);
    source.next(2);
    source.complete();
    await harness.settle();

    expect(harness.replies).toEqual(['1', '2 end']);
  });
});

describe('an Observable', () => {
  it('is left when the caller gives up', async () => {
    const source = new Subject<number>();
    const harness = await asked(source);
    await harness.cancel(1);
    source.next(1);
    await harness.settle();

    expect(source.observed).toBe(false);
    expect(harness.replies).toEqual([]);
  });

  it('is left when the connection is lost', async () => {
    const source = new Subject<number>();
    const harness = await asked(source);
    harness.server.client.link.destroy();
    await harness.settle();

    expect(source.observed).toBe(false);
  });

  it('that runs too far ahead of its reader is left, and the caller told', async () => {
    const source = new Subject<string>();
    const harness = await asked(
      source,
      { maxStreamBufferBytes: 10_000 },
      { initialCreditBytes: 100 },
    );
    for (let count = 0; count < 200; count++) source.next('x'.repeat(100));
    await harness.settle();

    expect(source.observed).toBe(false);
    expect(harness.replies.at(-1)).toContain('STREAM_OVERFLOW');
    expect(harness.server.connection.heldBytes).toBe(0);
  });

  it('that runs too far ahead within subscribe() is left as well', async () => {
    const harness = await asked(
      concat(range(0, 2_000), NEVER),
      { maxStreamBufferBytes: 2_000 },
      { initialCreditBytes: 100 },
    );

    expect(harness.replies.at(-1)).toContain('STREAM_OVERFLOW');
    expect(harness.server.connection.pending).toBe(0);
  });

  it('leaves no timer behind', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const harness = await asked(interval(1_000));
      expect(vi.getTimerCount()).toBe(1);
      await harness.cancel(1);

      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('an AsyncIterable behind interceptors', () => {
  async function* count() {
    for (let value = 1; ; value++) yield await Promise.resolve('x'.repeat(100) + value);
  }

  it('is the reply, at the pace of its reader', async () => {
    const harness = await asked(of(count()), {}, { initialCreditBytes: 300 });
    const before = harness.replies.length;
    harness.server.client.send({ type: FrameType.Credit, streamId: 1, bytes: 300 });
    await harness.settle();

    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(5);
    expect(harness.replies.length).toBeGreaterThan(before);
    await harness.cancel(1);
    expect(harness.server.connection.pending).toBe(0);
  });

  it('ends the reply when it ends', async () => {
    async function* two() {
      yield 1;
      yield await Promise.resolve(2);
    }

    expect((await asked(of(two()))).replies).toEqual(['1', '2', 'end']);
  });
});
