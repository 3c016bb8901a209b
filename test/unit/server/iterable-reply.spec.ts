import { Readable } from 'node:stream';
import { RpcException } from '@nestjs/microservices';
import { describe, expect, it, vi } from 'vitest';
import { Logger } from '@nestjs/common';
import { FrameType } from '../../../lib/protocol/frame.js';
import { RequestHarness } from './request-harness.js';

const granting = { initialCreditBytes: 64 * 1024 };

function askedFor(source: () => unknown, hello = granting) {
  return new RequestHarness(source, {}, hello);
}

describe('the values of an AsyncIterable', () => {
  it('are the reply', async () => {
    const harness = askedFor(async function* () {
      yield 1;
      yield await Promise.resolve({ two: 2 });
    });
    await harness.ask();

    expect(harness.replies).toEqual(['1', '{"two":2}', 'end']);
  });

  it('are taken from it no faster than they are read', async () => {
    let taken = 0;
    const harness = askedFor(
      async function* () {
        for (;;) {
          taken++;
          yield await Promise.resolve('x'.repeat(100));
        }
      },
      { initialCreditBytes: 1_000 },
    );
    await harness.ask();
    expect(taken).toBeLessThan(15);
    const before = taken;
    harness.server.client.send({ type: FrameType.Credit, streamId: 1, bytes: 1_000 });
    await harness.settle();

    expect(taken).toBeGreaterThan(before);
    expect(taken).toBeLessThan(30);
    expect(harness.server.connection.heldBytes).toBe(0);
  });

  it('may be preceded by an error', async () => {
    const harness = askedFor(() => ({
      [Symbol.asyncIterator]() {
        throw new RpcException('no');
      },
    }));
    await harness.ask();

    expect(harness.replies).toEqual(['HANDLER_FAILED {"status":"error","message":"no"}']);
  });
});

describe('an AsyncIterable that throws', () => {
  it('fails the call as its handler would', async () => {
    const log = vi.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    const harness = askedFor(async function* () {
      yield 1;
      throw await Promise.resolve(new RpcException({ code: 7 }));
    });
    await harness.ask();
    expect(log).not.toHaveBeenCalled();
    const secretive = askedFor(async function* () {
      yield 1;
      throw await Promise.resolve(new Error('secret'));
    });
    await secretive.ask();

    expect(harness.replies).toEqual(['1', 'HANDLER_FAILED {"code":7}']);
    expect(secretive.replies).toEqual([
      '1',
      'HANDLER_FAILED {"status":"error","message":"Internal server error"}',
    ]);
    expect(log).toHaveBeenCalledTimes(1);
  });
});

describe('an AsyncIterable that nobody waits for any more', () => {
  it('is ended where it yields, and may clean up', async () => {
    const steps: string[] = [];
    const harness = askedFor(
      async function* () {
        try {
          for (;;) yield await Promise.resolve('x'.repeat(1_000));
        } finally {
          steps.push('cleaned up');
        }
      },
      { initialCreditBytes: 1_000 },
    );
    await harness.ask();
    await harness.cancel(1);

    expect(steps).toEqual(['cleaned up']);
    expect(harness.server.connection.pending).toBe(0);
  });

  it('hears of it by the signal of its context', async () => {
    const steps: string[] = [];
    const harness = new RequestHarness(async function* (_data, context) {
      yield 1;
      await new Promise<void>((resolve) =>
        context.signal.addEventListener('abort', () => resolve()),
      );
      steps.push(String((context.signal.reason as { code: string }).code));
    });
    await harness.ask();
    await harness.cancel(1);

    expect(steps).toEqual(['CANCELLED']);
  });

  it('may throw while it cleans up', async () => {
    const harness = askedFor(
      () => ({
        [Symbol.asyncIterator]: () => ({
          next: async () => Promise.resolve({ value: 'x'.repeat(1_000), done: false }),
          return: () => {
            throw new Error('cannot clean up');
          },
        }),
      }),
      { initialCreditBytes: 1_000 },
    );
    await harness.ask();
    await harness.cancel(1);

    expect(harness.server.handler.closes).toEqual([]);
  });
});

describe('a Readable', () => {
  it('is the reply, chunk by chunk', async () => {
    const harness = askedFor(() => Readable.from(['a', 'b']));
    await harness.ask();
    await vi.waitFor(async () => {
      await harness.settle();
      expect(harness.replies).toEqual(['"a"', '"b"', 'end']);
    });
  });

  it('of bytes gives bytes', async () => {
    const harness = askedFor(() => Readable.from([Buffer.from('ab')], { objectMode: false }));
    await harness.ask();
    await vi.waitFor(async () => {
      await harness.settle();
      expect(harness.server.client.of(FrameType.Response)[0]?.payload).toEqual(Buffer.from('ab'));
    });
  });

  it('is destroyed when nobody waits any more, also while it waits for data', async () => {
    const source = new Readable({ read: () => undefined });
    const harness = askedFor(() => source);
    await harness.ask();
    await harness.cancel(1);
    await harness.settle();

    expect(source.destroyed).toBe(true);
  });
});
