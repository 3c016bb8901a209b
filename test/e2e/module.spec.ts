import type { AddressInfo, Server } from 'node:net';
import type { DynamicModule, INestApplicationContext, LoggerService, Type } from '@nestjs/common';
import { Controller, Get, Inject, Injectable, Scope } from '@nestjs/common';
import { NestFactory, REQUEST } from '@nestjs/core';
import type { ClientProxy } from '@nestjs/microservices';
import { Client, ClientsModule, MessagePattern, Payload } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { SocketPoolClient } from '../../lib/client/socket-pool-client.js';
import { InjectSocketPool, InjectSocketPoolClient } from '../../lib/module/inject.decorators.js';
import { SocketPoolModule } from '../../lib/module/socket-pool.module.js';
import type { SocketPool } from '../../lib/pool/socket-pool.js';
import { SocketPoolServer } from '../../lib/server/socket-pool-server.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { until } from '../support/until.js';
import { collectLog, OrdersController, startOrders } from './support/orders-service.js';

const QUIET = { logger: false, abortOnError: false } as const;

@Injectable()
class Gateway {
  constructor(
    @InjectSocketPoolClient('orders') readonly orders: SocketPoolClient,
    @InjectSocketPool('orders') readonly pool: SocketPool,
  ) {}
}

function moduleOf(parts: Omit<DynamicModule, 'module'>): DynamicModule {
  return { module: class AppModule {}, ...parts };
}

async function startContext(
  parts: Omit<DynamicModule, 'module'>,
  logger: LoggerService | false = false,
): Promise<INestApplicationContext> {
  const settings = { ...QUIET, logger };
  const app = await NestFactory.createApplicationContext(moduleOf(parts), settings);
  onTestFinished(async () => app.close());
  return app;
}

const orders = (address: string, options = {}) =>
  SocketPoolModule.register([{ name: 'orders', endpoints: [address], ...options }]);

describe('a client of the module', () => {
  it('calls the service, over the pool that is injected', async () => {
    const { address } = await startOrders();
    const app = await startContext({ imports: [orders(address)], providers: [Gateway] });
    const gateway = app.get(Gateway);

    expect(await lastValueFrom(gateway.orders.send({ cmd: 'sum' }, [1, 2]))).toBe(3);
    expect(gateway.pool.snapshot()).toMatchObject({ name: 'orders', state: 'ready' });
    await app.close();
    expect(gateway.pool.state).toBe('closed');
  });

  it('connects with the application when it is eager, and is waited for', async () => {
    const { address } = await startOrders();
    const eager = orders(address, { start: 'eager', startTimeoutMs: 2_000 });
    const app = await startContext({ imports: [eager], providers: [Gateway] });

    expect(app.get(Gateway).pool.isReady).toBe(true);
  });

  it('does not keep the application from starting when the service is away', async () => {
    const { lines, logger } = collectLog();
    const eager = orders('tcp://127.0.0.1:1', { start: 'eager', startTimeoutMs: 2_000 });
    const app = await startContext({ imports: [eager], providers: [Gateway] }, logger);

    expect(app.get(Gateway).pool.isReady).toBe(false);
    expect(lines.filter((line) => line.startsWith('warn'))).toEqual([
      expect.stringMatching(/^warn orders: .*ECONNREFUSED.*attempt 1/),
    ]);
  });

  it('does not keep the application from starting when the service says nothing', async () => {
    const proxy = await FaultProxy.open(1, { isMute: true });
    onTestFinished(async () => proxy.close());
    const { lines, logger } = collectLog();
    const eager = orders(proxy.address, { start: 'eager', startTimeoutMs: 30 });
    const app = await startContext({ imports: [eager], providers: [Gateway] }, logger);

    expect(app.get(Gateway).pool.isReady).toBe(false);
    expect(lines.filter((line) => line.startsWith('warn'))).toEqual([
      'warn orders: not connected within 30 ms of the start of the application',
    ]);
  });
});

describe('a client of Nest’s own ways', () => {
  it('is made by ClientsModule, and closed with the application', async () => {
    const { address } = await startOrders();
    const options = { endpoints: [address] };
    const client = { name: 'ORDERS', customClass: SocketPoolClient, options };
    const app = await startContext({ imports: [ClientsModule.register([client])] });
    const proxy = app.get<SocketPoolClient>('ORDERS', { strict: false });
    const { pool } = proxy;

    expect(await lastValueFrom(proxy.send({ cmd: 'sum' }, [1]))).toBe(1);
    await app.close();
    expect(pool.state).toBe('closed');
  });

  it('is a provider, and closed with the application', async () => {
    const { address } = await startOrders();
    const useFactory = () => new SocketPoolClient({ endpoints: [address] });
    const app = await startContext({ providers: [{ provide: 'ORDERS', useFactory }] });
    const client = app.get<SocketPoolClient>('ORDERS');

    expect(await client.request({ cmd: 'sum' }, [1])).toBe(1);
    await app.close();
    expect(client.pool.state).toBe('closed');
  });

  it('is a decorated property, and closed with the application', async () => {
    const { address } = await startOrders();

    @Controller()
    class ForwardingController {
      @Client({ customClass: SocketPoolClient, options: { endpoints: [address] } } as never)
      readonly orders!: ClientProxy;

      @MessagePattern('forward')
      forward(@Payload() numbers: number[]) {
        return this.orders.send({ cmd: 'sum' }, numbers);
      }
    }
    const forwarder = await startService([ForwardingController]);
    const client = new SocketPoolClient({ endpoints: [forwarder.address] });
    onTestFinished(async () => client.close());

    expect(await client.request('forward', [1, 2, 3])).toBe(6);
    const { orders: inner } = forwarder.app.get(ForwardingController) as unknown as {
      orders: SocketPoolClient;
    };
    const { pool } = inner;
    await client.close();
    await forwarder.app.close();
    expect(pool.state).toBe('closed');
  });
});

async function startService(controllers: Type[], imports: DynamicModule[] = []) {
  const strategy = new SocketPoolServer({ host: '127.0.0.1', port: 0 });
  const module = moduleOf({ controllers, imports });
  const app = await NestFactory.createMicroservice(module, { strategy, ...QUIET });
  onTestFinished(async () => app.close());
  await app.listen();
  return { app, address: addressOf(app) };
}

function addressOf(app: { unwrap<T>(): T }): string {
  return `tcp://127.0.0.1:${(app.unwrap<Server>().address() as AddressInfo).port}`;
}

describe('a request-scoped handler', () => {
  it('calls on with the client of the application', async () => {
    @Controller({ scope: Scope.REQUEST })
    class ScopedController {
      constructor(
        @InjectSocketPoolClient('orders') private readonly client: SocketPoolClient,
        @Inject(REQUEST) private readonly request: { data: number[] },
      ) {}

      @MessagePattern('scoped')
      scoped() {
        return this.client.send({ cmd: 'sum' }, this.request.data);
      }
    }
    const { address } = await startOrders();
    const scoped = await startService([ScopedController], [orders(address)]);
    const client = new SocketPoolClient({ endpoints: [scoped.address] });
    onTestFinished(async () => client.close());

    const replies = [1, 2, 3].map((number) => client.request('scoped', [number]));
    expect(await Promise.all(replies)).toEqual([1, 2, 3]);
  });
});

let release: () => void = () => {};
let isDestroyed = false;

@Injectable()
class Store {
  onModuleDestroy() {
    isDestroyed = true;
  }

  read(): string {
    return isDestroyed ? 'destroyed' : 'alive';
  }
}

/** Works for a while, and then needs the store and another service. */
@Controller()
class WorkingController {
  constructor(
    private readonly store: Store,
    @InjectSocketPoolClient('orders') private readonly client: SocketPoolClient,
  ) {}

  @Get()
  get() {
    return 'fine';
  }

  @MessagePattern('work')
  async work() {
    await new Promise<void>((resolve) => (release = resolve));
    return `${this.store.read()}, ${await this.client.request<number>({ cmd: 'sum' }, [1, 2])}`;
  }
}

Reflect.defineMetadata('design:paramtypes', [Store, SocketPoolClient], WorkingController);

describe('a service that ends while a handler works', () => {
  const parts = (address: string) =>
    moduleOf({
      imports: [orders(address)],
      controllers: [WorkingController],
      providers: [Store],
    });

  async function startWorking(address: string, isHybrid: boolean) {
    isDestroyed = false;
    release = () => {};
    const strategy = new SocketPoolServer({ host: '127.0.0.1', port: 0 });
    if (!isHybrid) {
      const app = await NestFactory.createMicroservice(parts(address), { strategy, ...QUIET });
      await app.listen();
      return { app, service: app };
    }
    const app = await NestFactory.create(parts(address), QUIET);
    const service = app.connectMicroservice({ strategy });
    await app.startAllMicroservices();
    await app.listen(0, '127.0.0.1');
    return { app, service };
  }

  it.each([
    ['microservice', 'closed', false],
    ['microservice', 'signalled', false],
    ['hybrid application', 'closed', true],
    ['hybrid application', 'signalled', true],
  ])('lets it finish with living providers: a %s that is %s', async (_, way, isHybrid) => {
    const { address } = await startOrders();
    const { app, service } = await startWorking(address, isHybrid);
    const client = new SocketPoolClient({ endpoints: [addressOf(service)] });
    onTestFinished(async () => client.close());
    const idle = release;
    const reply = client.request('work', 1);
    await until(() => release !== idle, 'the handler works');
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    if (way === 'signalled') app.enableShutdownHooks(['SIGUSR2']);
    const ended = way === 'signalled' ? signal(kill) : app.close();
    await new Promise((resolve) => setTimeout(resolve, 30));
    release();

    expect(await reply).toBe('alive, 3');
    await ended;
    expect(isDestroyed).toBe(true);
  });
});

async function signal(kill: { mock: { calls: unknown[] } }): Promise<void> {
  process.emit('SIGUSR2', 'SIGUSR2');
  await until(() => kill.mock.calls.length > 0, 'the shutdown is over');
}

describe('a service that needs nothing but the drain', () => {
  it('imports the module as it is', async () => {
    const module = moduleOf({ imports: [SocketPoolModule], controllers: [OrdersController] });
    const { address } = await startOrders({ module });
    const client = new SocketPoolClient({ endpoints: [address] });
    onTestFinished(async () => client.close());

    expect(await client.request({ cmd: 'sum' }, [1])).toBe(1);
  });
});
