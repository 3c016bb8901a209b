import { BaseRpcContext } from '@nestjs/microservices';
import { describe, expect, it } from 'vitest';
import type { SocketPoolError } from '../../../lib/errors/socket-pool-error.js';
import { SocketPoolContext } from '../../../lib/server/socket-pool-context.js';
import { RequestHarness } from './request-harness.js';

const PEER = {
  address: '10.0.0.1:50000',
  host: '10.0.0.1',
  dialect: 'nest-tcp',
  peerName: undefined,
  metadata: undefined,
} as const;

const pending = () => new RequestHarness(() => new Promise<never>(() => undefined));

describe('a context', () => {
  it('is one of Nest, and can be made by hand', () => {
    const context = new SocketPoolContext([PEER, 'sum', undefined]);

    expect(context).toBeInstanceOf(BaseRpcContext);
    expect(context.getArgs()).toEqual([PEER, 'sum', undefined]);
    expect(context.getArgByIndex(1)).toBe('sum');
    expect(context.remainingMs).toBeUndefined();
    expect(context.signal.aborted).toBe(false);
  });

  it('has what handlers for TcpContext ask for', () => {
    const unix = { ...PEER, address: '/run/x.sock', host: '' };

    expect(new SocketPoolContext([PEER, 'sum', undefined]).getSocketRef().netSocket).toEqual({
      remoteAddress: '10.0.0.1',
      remotePort: 50_000,
    });
    expect(new SocketPoolContext([unix, 'sum', undefined]).getSocketRef().netSocket).toEqual({
      remoteAddress: '',
      remotePort: undefined,
    });
  });

  it('tells how long the caller still waits', async () => {
    const harness = pending();
    await harness.ask({ timeoutMs: 5_000 });
    await harness.ask();
    const [limited, unlimited] = harness.contexts;

    // The stream's clock is a manual one, the context's the real one; what counts here is the sign.
    expect(limited!.remainingMs).toBeGreaterThanOrEqual(0);
    expect(unlimited!.remainingMs).toBeUndefined();
  });
});

describe('the signal of a request', () => {
  it('is one, however often it is asked for', async () => {
    const harness = pending();
    await harness.ask();
    const [context] = harness.contexts;

    expect(context!.signal).toBe(context!.signal);
    expect(context!.signal.aborted).toBe(false);
  });

  it.each([
    ['the caller gives up', 'CANCELLED', async (harness: RequestHarness) => harness.cancel(1)],
    [
      'the deadline passes',
      'DEADLINE_EXCEEDED',
      async (harness: RequestHarness) => {
        harness.server.stream.onDeadline();
        return harness.settle();
      },
    ],
    [
      'the connection is lost',
      'CONNECTION_LOST',
      async (harness: RequestHarness) => {
        harness.server.client.link.destroy();
        return harness.settle();
      },
    ],
    [
      'the service has to end',
      'CANCELLED',
      async (harness: RequestHarness) => {
        harness.server.connection.stopAll('shutdown');
        return harness.settle();
      },
    ],
  ])('fires when %s', async (_, code, happen) => {
    const harness = pending();
    await harness.ask();
    const { signal } = harness.contexts[0]!;
    await happen(harness);

    expect(signal.aborted).toBe(true);
    expect((signal.reason as SocketPoolError).code).toBe(code);
  });

  it('has fired when it is asked for too late', async () => {
    const harness = pending();
    await harness.ask();
    await harness.cancel(1);

    expect(harness.contexts[0]!.signal.aborted).toBe(true);
  });

  it('does not fire for a call that was answered', async () => {
    const harness = new RequestHarness((_data, context) => context.signal.aborted);
    await harness.ask();
    harness.server.client.link.destroy();
    await harness.settle();

    expect(harness.contexts[0]!.signal.aborted).toBe(false);
  });
});
