import type { DynamicModule, Provider, Type } from '@nestjs/common';
import { Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SocketPoolClient } from '../../../lib/client/socket-pool-client.js';
import { InjectSocketPool, InjectSocketPoolClient } from '../../../lib/module/inject.decorators.js';
import type { SocketPoolOptionsFactory } from '../../../lib/module/module-options.js';
import { SocketPoolModule } from '../../../lib/module/socket-pool.module.js';
import {
  getSocketPoolClientToken,
  getSocketPoolToken,
} from '../../../lib/module/socket-pool.tokens.js';
import { SocketPool } from '../../../lib/pool/socket-pool.js';

const ORDERS = { name: 'orders', endpoints: ['tcp://127.0.0.1:1'] };
const USERS = { name: 'users', endpoints: ['tcp://127.0.0.1:2'] };

@Injectable()
class Gateway {
  constructor(
    @InjectSocketPoolClient('orders') readonly client: SocketPoolClient,
    @InjectSocketPool('orders') readonly pool: SocketPool,
  ) {}
}

type Import = DynamicModule | Type;

function moduleOf(imports: Import[], providers: Provider[] = []): DynamicModule {
  return { module: class AppModule {}, imports, providers };
}

async function start(imports: Import[], options: object = {}) {
  const settings = { logger: false, abortOnError: false, ...options } as const;
  const app = await NestFactory.createApplicationContext(moduleOf(imports, [Gateway]), settings);
  onTestFinished(async () => app.close());
  return app;
}

const optionsOf = (pool: SocketPool) => pool.options;

describe('SocketPoolModule.register', () => {
  it('provides clients and their pools by name', async () => {
    const app = await start([SocketPoolModule.register([ORDERS, USERS])]);
    const { client, pool } = app.get(Gateway);
    expect(client).toBeInstanceOf(SocketPoolClient);
    expect(pool).toBeInstanceOf(SocketPool);
    expect(pool.name).toBe('orders');
    expect(app.get(getSocketPoolClientToken('users'), { strict: false })).not.toBe(client);
    expect(app.get<SocketPool>(getSocketPoolToken('users'), { strict: false }).name).toBe('users');
  });

  it('opens nothing while the application starts', async () => {
    const app = await start([SocketPoolModule.register([ORDERS])]);
    expect(app.get(Gateway).pool.state).toBe('idle');
  });

  it('closes the pools with the application, for good', async () => {
    const app = await start([SocketPoolModule.register([ORDERS])]);
    const { client, pool } = app.get(Gateway);
    await app.close();
    expect(pool.state).toBe('closed');
    await expect(client.request('p', 1)).rejects.toMatchObject({ code: 'POOL_CLOSED' });
  });

  it('is for the importing module only, unless it is global', async () => {
    const clients = [ORDERS];
    const feature = (imports: Import[]) => ({ module: class Feature {}, imports });
    await expect(start([feature([SocketPoolModule.register(clients)])])).rejects.toThrow(
      /SocketPoolClient\(orders\)/,
    );
    const app = await start([feature([SocketPoolModule.register({ clients, isGlobal: true })])]);
    expect(app.get(Gateway).pool.name).toBe('orders');
  });

  it('names the client that nobody registered', async () => {
    await expect(start([SocketPoolModule.register([USERS])])).rejects.toThrow(
      /SocketPoolClient\(orders\)/,
    );
  });

  it('refuses names that are missing or given twice, all at once', () => {
    const clients = [ORDERS, { ...USERS, name: '' }, ORDERS, {} as never, null as never];
    expect(() => SocketPoolModule.register(clients)).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTIONS',
        message: expect.stringMatching(
          /clients\[1\]\.name: ''(.|\n)*clients\[2\]\.name: 'orders' is given twice(.|\n)*clients\[3\]\.name: undefined(.|\n)*clients\[4\]/,
        ),
      }),
    );
  });

  it('refuses a name that another module has taken', async () => {
    const twice = [SocketPoolModule.register([ORDERS]), SocketPoolModule.register([ORDERS])];
    await expect(start(twice)).rejects.toThrow(/'orders' is registered twice in this application/);
  });

  it('lets two applications of one process use the same name', async () => {
    await start([SocketPoolModule.register([ORDERS])]);
    await expect(start([SocketPoolModule.register([ORDERS])])).resolves.toBeDefined();
  });

  it('refuses bad options at the start, with the name of the client', async () => {
    const bad = { ...ORDERS, deadlineMs: -1, speed: 1 } as never;
    await expect(start([SocketPoolModule.register([bad])])).rejects.toMatchObject({
      code: 'INVALID_OPTIONS',
      message: expect.stringMatching(/the client 'orders'(.|\n)*speed(.|\n)*deadlineMs/),
    });
  });

  it('works behind the Proxies of an instance decorator', async () => {
    const wrap = (instance: unknown) =>
      typeof instance === 'object' && instance !== null ? new Proxy(instance, {}) : instance;
    const instrument = { instanceDecorator: wrap };
    const app = await start([SocketPoolModule.register([ORDERS])], { instrument });
    const { client, pool } = app.get(Gateway);
    expect(pool.snapshot().name).toBe('orders');
    await app.close();
    expect(pool.state).toBe('closed');
    expect(client.pool.state).toBe('closed');
  });

  it('can be replaced in a test', async () => {
    const fake = { request: () => Promise.resolve(7) };
    const testing = await Test.createTestingModule({
      imports: [SocketPoolModule.register([ORDERS])],
      providers: [Gateway],
    })
      .overrideProvider(getSocketPoolClientToken('orders'))
      .useValue(fake)
      .overrideProvider(getSocketPoolToken('orders'))
      .useValue({})
      .compile();
    expect(testing.get(Gateway).client).toBe(fake);
  });
});

@Injectable()
class Address {
  readonly host = '10.0.0.1';
}

@Module({ providers: [Address], exports: [Address] })
class AddressModule {}

@Injectable()
class OrdersOptions implements SocketPoolOptionsFactory {
  async createSocketPoolOptions() {
    return Promise.resolve({ host: '10.0.0.2' });
  }
}

@Module({ providers: [OrdersOptions], exports: [OrdersOptions] })
class OptionsModule {}

describe('SocketPoolModule.registerAsync', () => {
  const endpointsOf = async (definition: object) => {
    const clients = [{ name: 'orders', ...definition } as never];
    const app = await start([SocketPoolModule.registerAsync(clients)]);
    return optionsOf(app.get(Gateway).pool).endpoints;
  };

  it('takes the options of a factory with its imports', async () => {
    const useFactory = async ({ host }: Address) => Promise.resolve({ host });
    const endpoints = await endpointsOf({
      imports: [AddressModule],
      inject: [Address],
      useFactory,
    });
    expect(endpoints).toEqual(['tcp://10.0.0.1:3000']);
  });

  it('takes the options of a class, of one that exists, and of a factory with own providers', async () => {
    const useFactory = ({ host }: Address) => ({ host });
    expect(await endpointsOf({ useClass: OrdersOptions })).toEqual(['tcp://10.0.0.2:3000']);
    expect(await endpointsOf({ imports: [OptionsModule], useExisting: OrdersOptions })).toEqual([
      'tcp://10.0.0.2:3000',
    ]);
    expect(await endpointsOf({ extraProviders: [Address], inject: [Address], useFactory })).toEqual(
      ['tcp://10.0.0.1:3000'],
    );
  });

  it('may be global', async () => {
    const clients = [{ name: 'orders', useFactory: () => ({ port: 1 }) }];
    const group = SocketPoolModule.registerAsync({ clients, isGlobal: true });
    const app = await start([{ module: class Feature {}, imports: [group] }]);
    expect(app.get(Gateway).pool.name).toBe('orders');
  });

  it.each([[{}], [{ useFactory: () => ({}), useClass: OrdersOptions }]])(
    'needs exactly one way to make the options: %j',
    (ways) => {
      const clients = [{ name: 'orders', ...ways }];
      expect(() => SocketPoolModule.registerAsync(clients)).toThrow(
        /orders: exactly one of useFactory, useClass, useExisting is needed/,
      );
    },
  );
});

describe('SocketPoolModule.forRoot', () => {
  const defaults = { deadlineMs: 123, pool: { maxConnections: 2 } };
  const client = SocketPoolModule.register([{ ...ORDERS, pool: { minConnections: 2 } }]);

  it.each([
    ['forRoot', SocketPoolModule.forRoot(defaults)],
    [
      'forRootAsync',
      SocketPoolModule.forRootAsync({ useFactory: async () => Promise.resolve(defaults) }),
    ],
    [
      'forRootAsync with a class',
      SocketPoolModule.forRootAsync({
        useClass: class {
          createSocketPoolOptions() {
            return defaults;
          }
        },
      }),
    ],
  ])('gives every client its defaults: %s', async (_, root) => {
    const feature = { module: class Feature {}, imports: [client], exports: [client] };
    const app = await start([feature as DynamicModule, root]);
    const options = optionsOf(app.get(Gateway).pool);
    expect(options.deadlineMs).toBe(123);
    expect(options.pool).toMatchObject({ minConnections: 2, maxConnections: 2 });
  });

  it('needs no defaults', async () => {
    const app = await start([SocketPoolModule.forRoot(), client]);
    expect(optionsOf(app.get(Gateway).pool).deadlineMs).toBe(30_000);
  });

  it('reports bad defaults with each client that has them', async () => {
    const root = SocketPoolModule.forRoot({ deadlineMs: -1 });
    await expect(start([root, client])).rejects.toThrow(/the client 'orders'(.|\n)*deadlineMs: -1/);
  });
});

describe('a request-scoped provider', () => {
  it('is given the same client each time', async () => {
    @Injectable({ scope: 2 })
    class Scoped {
      constructor(@Inject(getSocketPoolClientToken('orders')) readonly client: SocketPoolClient) {}
    }
    const module = moduleOf([SocketPoolModule.register([ORDERS])], [Scoped]);
    const app = await NestFactory.createApplicationContext(module, { logger: false });
    onTestFinished(async () => app.close());
    const [a, b] = [await app.resolve(Scoped), await app.resolve(Scoped)];
    expect(a).not.toBe(b);
    expect(a.client).toBe(b.client);
  });
});
