import { createConnection } from 'node:net';
import { Readable } from 'node:stream';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Controller, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { TcpContext } from '@nestjs/microservices';
import { ClientTCP, Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { firstValueFrom, lastValueFrom, map, take, tap, timer, toArray } from 'rxjs';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { SocketPoolClient } from '../../lib/client/socket-pool-client.js';
import type { SocketPoolError } from '../../lib/errors/socket-pool-error.js';
import { SocketPoolContext } from '../../lib/server/socket-pool-context.js';
import type { SocketPoolServerOptions } from '../../lib/server/server-options.js';
import { SocketPoolServer } from '../../lib/server/socket-pool-server.js';
import { until } from '../support/until.js';
import { CollectingLogger } from './parity/support/collecting-logger.js';

let steps: string[] = [];

const codeOf = (signal: AbortSignal): string => (signal.reason as SocketPoolError).code;

@Controller()
class KindsController {
  @MessagePattern('iterable')
  async *iterable() {
    for (let value = 1; value <= 3; value++) yield await Promise.resolve(value);
  }

  @MessagePattern('endless')
  async *endless() {
    try {
      for (let value = 1; ; value++) yield await Promise.resolve(value);
    } finally {
      steps.push('endless ended');
    }
  }

  @MessagePattern('readable')
  readable() {
    return Readable.from(['a', 'b', 'c']);
  }

  @MessagePattern('bytes')
  bytes(@Payload() data: Uint8Array) {
    return Buffer.concat([data, Buffer.from('!')]);
  }

  @MessagePattern('tcp')
  tcp(@Ctx() context: TcpContext) {
    const { remoteAddress } = context.getSocketRef().netSocket;
    return { remoteAddress, pattern: context.getPattern() };
  }

  @MessagePattern('work')
  async work(@Payload() name: string, @Ctx() context: SocketPoolContext) {
    const { signal } = context;
    steps.push(`${name} began`);
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    steps.push(`${name} ended: ${codeOf(signal)}`);
  }

  @MessagePattern('remaining')
  remaining(@Ctx() context: SocketPoolContext) {
    return context.remainingMs ?? null;
  }

  @MessagePattern('context')
  context(@Ctx() context: unknown) {
    return {
      name: (context as object).constructor.name,
      isOurs: context instanceof SocketPoolContext,
    };
  }

  @EventPattern('slow')
  slow(@Payload() name: string) {
    steps.push(`${name} began`);
    return timer(100).pipe(tap(() => steps.push(`${name} done`)));
  }
}

@Injectable()
class Passing implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(map((value: unknown) => value));
  }
}

interface Parts {
  readonly options?: SocketPoolServerOptions;
  readonly logger?: CollectingLogger;
  readonly interceptors?: NestInterceptor[];
}

async function serve({ options, logger, interceptors = [] }: Parts = {}) {
  const strategy = new SocketPoolServer({ listen: 'tcp://127.0.0.1:0', ...options });
  const module = { module: class Kinds {}, controllers: [KindsController] };
  const app = await NestFactory.createMicroservice(module, { strategy, logger: logger ?? false });
  app.useGlobalInterceptors(...interceptors);
  onTestFinished(async () => app.close());
  const info = (await app.listen()) as unknown as { addresses: string[] };
  const { addresses } = info;
  const client = new SocketPoolClient({ endpoints: [addresses[0]!] });
  onTestFinished(async () => client.close());
  return { app, strategy, addresses, client, port: Number(addresses[0]!.split(':').at(-1)) };
}

beforeEach(() => (steps = []));

describe.each([
  ['without interceptors', []],
  ['with a global interceptor', [new Passing()]],
])('what a handler returns, %s', (_, interceptors) => {
  it('may be an AsyncIterable, a Readable, bytes', async () => {
    const { client } = await serve({ interceptors });
    const all = async (pattern: string) => lastValueFrom(client.send(pattern, 1).pipe(toArray()));

    expect(await all('iterable')).toEqual([1, 2, 3]);
    expect(await all('readable')).toEqual(['a', 'b', 'c']);
    expect(await client.request('bytes', Buffer.from('hi'))).toEqual(Buffer.from('hi!'));
  });

  it('is left when the client has enough', async () => {
    const { client, strategy } = await serve({ interceptors });
    const values = client.send<number>('endless', 1).pipe(take(3), toArray());

    expect(await lastValueFrom(values)).toEqual([1, 2, 3]);
    await until(() => steps.length === 1, 'the source ended');
    expect(strategy.snapshot().inFlight).toBe(0);
  });

  it('reaches stock clients as well', async () => {
    const { port } = await serve({ interceptors });
    const stock = new ClientTCP({ host: '127.0.0.1', port });
    onTestFinished(() => stock.close());

    expect(await lastValueFrom(stock.send('iterable', 1).pipe(toArray()))).toEqual([1, 2, 3]);
    expect(await firstValueFrom(stock.send('tcp', 1))).toEqual({
      remoteAddress: '127.0.0.1',
      pattern: 'tcp',
    });
  });
});

describe('the context of a handler', () => {
  it('is named so that logging libraries know it', async () => {
    const { client } = await serve();

    expect(await client.request('context', 1)).toEqual({ name: 'SocketPoolContext', isOurs: true });
  });

  it('tells the time that is left', async () => {
    const { client } = await serve();
    const remainingMs = await client.request<number>('remaining', 1, { deadlineMs: 5_000 });

    expect(remainingMs).toBeGreaterThan(4_000);
    expect(remainingMs).toBeLessThanOrEqual(5_000);
  });

  it('has a signal that fires when the caller gives up, or its deadline passes', async () => {
    const { client } = await serve();
    const call = client.send('work', 'first').subscribe({ error: () => undefined });
    await until(() => steps.length === 1, 'it began');
    call.unsubscribe();
    await until(() => steps.length === 2, 'it ended');
    await expect(client.request('work', 'second', { deadlineMs: 100 })).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    });
    await until(() => steps.length === 4, 'it ended');

    expect(steps[1]).toBe('first ended: CANCELLED');
    // Both ends know the deadline; whichever notices first ends the work.
    expect(steps[3]).toMatch(/^second ended: (DEADLINE_EXCEEDED|CANCELLED)$/);
  });

  it('has a signal that fires when the caller is gone, in either dialect', async () => {
    const { port } = await serve();
    const packet = '{"pattern":"work","data":"stock","id":"1"}';
    const socket = createConnection(port, '127.0.0.1');
    socket.write(`${packet.length}#${packet}`);
    await until(() => steps.length === 1, 'it began');
    socket.resetAndDestroy();
    await until(() => steps.length === 2, 'it ended');

    expect(steps[1]).toBe('stock ended: CONNECTION_LOST');
  });
});

describe('closing a service', () => {
  it('waits for events in work, and stops what takes too long', async () => {
    const { app, client } = await serve({ options: { drainTimeoutMs: 400 } });
    client.send('work', 'request').subscribe({ error: () => undefined });
    await lastValueFrom(client.emit('slow', 'event'), { defaultValue: undefined });
    await until(() => steps.length === 2, 'both began');
    await app.close();

    expect(steps.toSorted()).toEqual([
      'event began',
      'event done',
      'request began',
      'request ended: CANCELLED',
    ]);
  });
});

describe('the log of a service', () => {
  it('has one line for each ill-mannered peer', async () => {
    const logger = new CollectingLogger();
    const { port, client } = await serve({ logger, options: { handshakeTimeoutMs: 100 } });
    const sockets = ['GET / HTTP/1.1\r\n\r\n', '12x', 'garbage '.repeat(1_000), ''].map((text) => {
      const socket = createConnection(port, '127.0.0.1');
      socket.on('error', () => undefined);
      for (let round = 0; text !== '' && round < 50; round++) socket.write(text);
      onTestFinished(() => void socket.destroy());
      return socket;
    });
    await until(
      () => sockets.every((socket) => socket.destroyed || socket.readableEnded),
      'closed',
    );
    await client.request('remaining', 1);

    const told = logger.complaints.filter((line) => line.startsWith('closed a connection'));
    expect(told).toHaveLength(4);
    for (const line of told) expect(line.length).toBeLessThan(330);
  });

  it('has a bounded number of lines for events that nobody handles', async () => {
    const logger = new CollectingLogger();
    const { client } = await serve({ logger });
    for (let count = 0; count < 500; count++) client.emit(`unheard ${count}`, 1);
    await client.request('remaining', 1);

    expect(logger.errors.length).toBeGreaterThan(0);
    expect(logger.errors.length).toBeLessThanOrEqual(100);
  });
});

describe('a server', () => {
  it('may be a provider', async () => {
    @Module({
      controllers: [KindsController],
      providers: [
        {
          provide: SocketPoolServer,
          useFactory: () => new SocketPoolServer({ listen: 'tcp://127.0.0.1:0' }),
        },
      ],
    })
    class ProviderModule {}

    const app = await NestFactory.createMicroservice(ProviderModule, {
      inject: [SocketPoolServer],
      useFactory: (strategy: SocketPoolServer) => ({ strategy }),
      logger: false,
    });
    onTestFinished(async () => app.close());
    await app.listen();
    const [address] = app.get(SocketPoolServer).snapshot().addresses;
    const client = new SocketPoolClient({ endpoints: [address!] });
    onTestFinished(async () => client.close());

    expect(await client.request('remaining', 1, { deadlineMs: 1_000 })).toBeGreaterThan(0);
  });

  it('at several addresses unwraps to several net servers', async () => {
    const { app, addresses } = await serve({
      options: { listen: ['tcp://127.0.0.1:0', 'tcp://127.0.0.1:0'] },
    });

    expect(app.unwrap<unknown[]>()).toHaveLength(2);
    expect(new Set(addresses).size).toBe(2);
  });

  it('lets its connections be watched', async () => {
    const { strategy, client } = await serve();
    const opened: string[] = [];
    const stop = strategy.observe('connectionOpened', ({ dialect }) => opened.push(dialect));
    await client.request('remaining', 1);
    stop();

    expect(opened).toEqual(['binary']);
  });
});
