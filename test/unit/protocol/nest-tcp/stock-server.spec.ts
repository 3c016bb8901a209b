import { ServerTCP } from '@nestjs/microservices';
import { from, of, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../../lib/protocol/frame.js';
import { FrameType } from '../../../../lib/protocol/frame.js';
import { nestTcpDialect } from '../../../../lib/protocol/nest-tcp/nest-tcp-dialect.js';
import { RecordingEnd, response } from '../../../support/frames.js';
import { StockSocket } from '../../../support/stock-socket.js';

const NO_HANDLER = 'There is no matching message handler defined in the remote service.';

/** What the stock server writes in answer to a call. */
async function stockAnswer(handler: (() => unknown) | undefined): Promise<string> {
  const server = new ServerTCP({});
  if (handler !== undefined) server.addHandler('call', (() => Promise.resolve(handler())) as never);
  const socket = new StockSocket();
  await server.handleMessage(socket.json, { pattern: 'call', data: 1, id: 'x1' });
  await new Promise((resolve) => process.nextTick(resolve));
  await Promise.resolve();
  return socket.written;
}

function ourAnswer(...frames: Frame[]): string {
  const server = new RecordingEnd(nestTcpDialect, 'server');
  server.receive('37#{"pattern":"call","data":1,"id":"x1"}');
  return server.send(...frames).toString();
}

const failure = (payload: unknown): Frame => ({
  type: FrameType.Error,
  streamId: 1,
  code: 'HANDLER_FAILED',
  payload,
});
const value = (payload: unknown): Frame => response(1, { payload, isEnd: false });

describe('what is written to a stock client', () => {
  it.each([
    ['a value', () => of({ a: 'ü€😀' }), [response(1, { payload: { a: 'ü€😀' } })]],
    ['null', () => of(null), [response(1, { payload: null })]],
    ['several values', () => from([1, 2, 3]), [value(1), value(2), response(1, { payload: 3 })]],
    ['undefined', () => of(undefined), [response(1, { payload: undefined })]],
    [
      'a failure',
      () => throwError(() => ({ status: 'error', message: 'no' })),
      [failure({ status: 'error', message: 'no' })],
    ],
    ['a failure that is text', () => throwError(() => 'no'), [failure('no')]],
    ['bytes', () => of(Buffer.from('ab')), [response(1, { payload: Buffer.from('ab') })]],
  ] as [string, () => unknown, Frame[]][])(
    'is byte for byte what the stock server writes: %s',
    async (_, handler, frames) => {
      expect(ourAnswer(...frames)).toBe(await stockAnswer(handler));
    },
  );

  it('is byte for byte what the stock server writes without a handler', async () => {
    const frame: Frame = {
      type: FrameType.Error,
      streamId: 1,
      code: 'NO_HANDLER',
      payload: NO_HANDLER,
    };
    expect(ourAnswer(frame)).toBe(await stockAnswer(undefined));
  });
});
