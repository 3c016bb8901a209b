import { Controller } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SocketPoolClientOptions } from '../../../../lib/client/client-options.js';
import type { SocketPoolClient } from '../../../../lib/client/socket-pool-client.js';
import { FrameType, GoAwayReason, RejectReason } from '../../../../lib/protocol/frame.js';
import { SocketPoolContext } from '../../../../lib/server/socket-pool-context.js';
import type { SocketPoolServerOptions } from '../../../../lib/server/server-options.js';
import { FaultProxy } from '../../../support/fault-proxy.js';
import { until } from '../../../support/until.js';
import { checkFailure, expectFailure } from '../support/failure.js';
import { clientAt, NestService } from '../support/nest-service.js';
import { ScriptedServer } from '../support/scripted-server.js';

/** Why the work of each call was stopped, as the handler learns it. */
const stopped: unknown[] = [];
let begun = 0;

@Controller()
class HangController {
  @MessagePattern('hang')
  async hang(@Payload() value: number, @Ctx() { signal }: SocketPoolContext): Promise<number> {
    begun++;
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    stopped.push(signal.reason);
    return value;
  }

  @MessagePattern('echo')
  echo(@Payload() value: unknown): unknown {
    return value;
  }
}

const NOBODY = 'tcp://127.0.0.1:1';
const MAYBE = { processed: 'maybe', retryable: false } as const;
const NO = { processed: 'no', retryable: false } as const;
const REJECTED = { code: 'REJECTED', processed: 'no', retryable: true, origin: 'remote' } as const;

function startService(options: SocketPoolServerOptions = {}): Promise<NestService> {
  stopped.length = begun = 0;
  return NestService.start({ controllers: [HangController], options });
}

async function startProxied(options: SocketPoolClientOptions = {}) {
  const service = await startService();
  const proxy = await FaultProxy.open(service.port);
  onTestFinished(() => proxy.close());
  return { proxy, client: clientAt(proxy.address, options) };
}

/** A call that the handler works on. */
async function hang(client: SocketPoolClient, ...rest: [] | [object]): Promise<Promise<unknown>[]> {
  const before = begun;
  const call = client.request('hang', 1, ...rest);
  call.catch(() => undefined);
  await until(() => begun > before, 'the handler has begun');
  return [call];
}

describe('DEADLINE_EXCEEDED', () => {
  it('says how long the call had, and where it was', async () => {
    const server = await ScriptedServer.open();
    const client = clientAt(server.address, { name: 'orders' });
    await client.connect();
    await expectFailure(client.request('ask', 1, { deadlineMs: 50 }), {
      code: 'DEADLINE_EXCEEDED',
      ...MAYBE,
      message: /ask at orders was not settled within 50 ms \(attempt 1, at tcp:\S+\)/,
    });
  });

  it('ends the work of the server, which may be the first to say so', async () => {
    const service = await startService();
    const client = service.client();
    await client.connect();
    const error: unknown = await client.request('hang', 1, { deadlineMs: 50 }).catch((e) => e);
    expect(error).toMatchObject({ code: 'DEADLINE_EXCEEDED', ...MAYBE });
    expect((error as Error).message).toMatch(/^hang .*tcp:\/\/127\.0\.0\.1:\d+/);
    expect((error as Error).message).toContain('50 ms');
    await until(() => stopped.length === 1, 'the handler has ended');
  });

  it('is of no consequence for a call that was never sent', async () => {
    const client = clientAt(NOBODY, { name: 'orders', whenUnavailable: 'wait' });
    await expectFailure(client.request('ask', 1, { deadlineMs: 50 }), {
      code: 'DEADLINE_EXCEEDED',
      ...NO,
      message: /ask at orders was not settled within 50 ms .*waiting for a connection/,
    });
  });

  it('is what a server answers that has no time left to begin', async () => {
    const server = await ScriptedServer.open();
    const call = clientAt(server.address).request('ask', 1);
    const { peer, streamId } = await server.request();
    const reason = RejectReason.DeadlinePassed;
    peer.send({ type: FrameType.Rejected, streamId, reason, retryAfterMs: 0, message: '' });
    await expectFailure(call, {
      code: 'DEADLINE_EXCEEDED',
      ...NO,
      origin: 'remote',
      message: /127\.0\.0\.1:\d+ refused the call: the deadline had passed/,
    });
  });
});

describe('CANCELLED', () => {
  const cancelled = { code: 'CANCELLED', message: /its signal was aborted/ } as const;

  it('ends the work of the server', async () => {
    const controller = new AbortController();
    const [call] = await hang((await startService()).client(), { signal: controller.signal });
    controller.abort('enough');
    const error = await expectFailure(call!, { ...cancelled, ...MAYBE });
    expect(error.cause).toBe('enough');
    await until(() => stopped.length === 1, 'the handler has ended');
    checkFailure(stopped[0], { code: 'CANCELLED', ...MAYBE, message: /gave the call up/ });
  });

  it('is of no consequence for a call that was never sent', async () => {
    const signal = AbortSignal.abort();
    await expectFailure(clientAt(NOBODY).request('ask', 1, { signal }), { ...cancelled, ...NO });

    const controller = new AbortController();
    const waiting = clientAt(NOBODY, { whenUnavailable: 'wait' });
    const call = waiting.request('ask', 1, { signal: controller.signal });
    await until(() => waiting.pool.snapshot().waiters === 1, 'the call waits');
    controller.abort();
    await expectFailure(call, { ...cancelled, ...NO });
  });
});

describe('CONNECTION_LOST', () => {
  it('says which connection was lost, and how', async () => {
    const { proxy, client } = await startProxied();
    const [call] = await hang(client);
    proxy.resetAll();
    await expectFailure(call!, {
      code: 'CONNECTION_LOST',
      ...MAYBE,
      message: new RegExp(`127.0.0.1:${proxy.port} was lost: .*(ECONNRESET|the peer closed it)`),
    });
  });

  it('is of no consequence for a call that was never written', async () => {
    const client = (await startService()).client({ maxAttempts: 1 });
    await client.connect();
    const call = client.request('hang', 1);
    client.pool.destroy();
    await expectFailure(call, {
      code: 'CONNECTION_LOST',
      processed: 'no',
      retryable: true,
      message: /was lost|was closed before/,
    });
    expect(begun).toBe(0);
  });
});

describe('HEARTBEAT_TIMEOUT', () => {
  const heartbeat = { intervalMs: 40, misses: 2 };

  it('says how long the peer has been silent', async () => {
    const { proxy, client } = await startProxied({ heartbeat });
    const [call] = await hang(client);
    proxy.toxics = { isBlackhole: true };
    await expectFailure(call!, {
      code: 'HEARTBEAT_TIMEOUT',
      ...MAYBE,
      message: new RegExp(`127.0.0.1:${proxy.port} has sent nothing for \\d+`),
    });
  });

  it('is what a ping meets', async () => {
    const { proxy, client } = await startProxied();
    await client.connect();
    proxy.toxics = { isBlackhole: true };
    await expectFailure(client.pool.ping({ timeoutMs: 50 }), {
      code: 'HEARTBEAT_TIMEOUT',
      ...MAYBE,
      message: /50 ms/,
    });
  });
});

describe('REJECTED', () => {
  it('says that the connection has too many calls in flight', async () => {
    const server = await ScriptedServer.open();
    const call = clientAt(server.address, { maxAttempts: 1 }).request('ask', 1);
    const { peer, streamId } = await server.request();
    const reason = RejectReason.TooManyStreams;
    peer.send({ type: FrameType.Rejected, streamId, reason, retryAfterMs: 70, message: '' });
    const error = await expectFailure(call, {
      ...REJECTED,
      message: /127\.0\.0\.1:\d+ refused the call: too many calls are in flight/,
    });
    expect(error.retryAfterMs).toBe(70);
  });

  it('says that the service is draining', async () => {
    const service = await startService({ drainTimeoutMs: 300 });
    const client = service.client({ maxAttempts: 1 });
    const [running] = await hang(client);
    // Made before the go-away is read, and refused because it arrives after it.
    const drained = service.strategy.drain();
    await expectFailure(client.request('echo', 1), {
      ...REJECTED,
      message: /127\.0\.0\.1:\d+ refused the call: .*(drain|shutting down)/,
    });
    // What takes longer than the drain is stopped, and may have done its work.
    await expectFailure(running!, { code: 'CONNECTION_LOST', ...MAYBE, message: /was lost/ });
    checkFailure(stopped[0], { code: 'CANCELLED', ...MAYBE, message: /shutting down/ });
    await drained;
  });
});

describe('PROTOCOL_ERROR', () => {
  it('says which rule the server broke', async () => {
    const server = await ScriptedServer.open();
    const call = clientAt(server.address).request('ask', 1);
    const { peer } = await server.request();
    peer.link.write(Buffer.from('000000007f00000000000001', 'hex'));
    await expectFailure(call, {
      code: 'PROTOCOL_ERROR',
      ...MAYBE,
      message: /127\.0\.0\.1:\d+ was lost: .*type 127/,
    });
  });

  it('says what the server did not like', async () => {
    const server = await ScriptedServer.open();
    const call = clientAt(server.address).request('ask', 1);
    const { peer, streamId } = await server.request();
    const message = 'stream 5 was opened twice';
    const reason = GoAwayReason.ProtocolError;
    peer.send({ type: FrameType.GoAway, lastStreamId: streamId, reason, message });
    await expectFailure(call, {
      code: 'PROTOCOL_ERROR',
      ...MAYBE,
      message: /127\.0\.0\.1:\d+ .*stream 5 was opened twice/,
    });
  });
});

describe('INTERNAL_ERROR', () => {
  it('is what a failure of a later version reads as', async () => {
    const server = await ScriptedServer.open();
    const call = clientAt(server.address).request('ask', 1);
    const { peer, streamId } = await server.request();
    const payload = 'the moon is full';
    peer.send({ type: FrameType.Error, streamId, code: 'INTERNAL_ERROR', payload });
    await expectFailure(call, {
      code: 'INTERNAL_ERROR',
      ...MAYBE,
      origin: 'remote',
      message: /the moon is full/,
    });
  });
});
