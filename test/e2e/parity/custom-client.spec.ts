import type { Type } from '@nestjs/common';
import { Controller, Inject, Injectable } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { ClientOptions } from '@nestjs/microservices';
import {
  Client,
  ClientProxy,
  ClientProxyFactory,
  ClientsModule,
  MessagePattern,
  Payload,
  RpcException,
} from '@nestjs/microservices';
import { describe, expect, it, onTestFinished } from 'vitest';
import { failure, reply } from './support/calls.js';
import type { ClientKind } from './support/pairings.js';
import { pairings } from './support/pairings.js';
import { createClient, startService } from './support/service.js';

@Controller()
class OrdersController {
  @MessagePattern('order')
  order(@Payload() id: number) {
    if (id < 0) throw new RpcException({ code: 'NOT_FOUND', id });
    return `order ${id}`;
  }
}

@Injectable()
class OrdersGateway {
  constructor(@Inject('ORDERS') readonly orders: ClientProxy) {}
}

/** What a class that derives from either client inherits. */
declare class WrappableClient extends ClientProxy {
  connect(): Promise<unknown>;
  close(): unknown;
  unwrap<T>(): T;
  protected publish(): () => void;
  protected dispatchEvent<T>(): Promise<T>;
}

const parts = { controllers: [OrdersController] };
const asOptions = (kind: ClientKind, port: number) => ({
  customClass: kind.type,
  options: kind.options({ port }),
});

async function contextOf(module: object) {
  const app = await NestFactory.createApplicationContext(module as never, { logger: false });
  onTestFinished(async () => app.close());
  return app;
}

describe.each(pairings)('clients of ClientsModule, $name', ({ server, client: kind }) => {
  it('are injected', async () => {
    const { port } = await startService(server, parts);
    const app = await contextOf({
      module: class Gateway {},
      imports: [ClientsModule.register([{ name: 'ORDERS', ...asOptions(kind, port) }])],
      providers: [OrdersGateway],
    });

    expect(await reply(app.get(OrdersGateway).orders.send('order', 7))).toBe('order 7');
  });

  it('are injected when registered asynchronously', async () => {
    const { port } = await startService(server, parts);
    const useFactory = () => asOptions(kind, port);
    const app = await contextOf({
      module: class Gateway {},
      imports: [ClientsModule.registerAsync([{ name: 'ORDERS', useFactory }])],
      providers: [OrdersGateway],
    });

    expect(await reply(app.get(OrdersGateway).orders.send('order', 8))).toBe('order 8');
  });

  it('close with their application', async () => {
    const { app: service, port } = await startService(server, parts);
    const app = await contextOf({
      module: class Gateway {},
      imports: [ClientsModule.register([{ name: 'ORDERS', ...asOptions(kind, port) }])],
    });
    const orders = app.get<ClientProxy>('ORDERS', { strict: false });
    const statuses: string[] = [];
    orders.status.subscribe((status) => statuses.push(status));
    await orders.connect();
    await app.close();
    await service.close();

    await expect.poll(() => statuses.at(-1)).toBe('disconnected');
  });
});

describe.each(pairings)(
  'clients of a decorator or a factory, $name',
  ({ server, client: kind }) => {
    it('are set on a decorated property', async () => {
      const { port } = await startService(server, parts);

      @Controller()
      class CallingController {
        @Client(asOptions(kind, port) as unknown as ClientOptions)
        readonly orders!: ClientProxy;
      }

      const { app } = await startService(server, { controllers: [CallingController] });

      expect(await reply(app.get(CallingController).orders.send('order', 9))).toBe('order 9');
    });

    it('are made by the factory', async () => {
      const { port } = await startService(server, parts);
      const client = ClientProxyFactory.create(asOptions(kind, port));
      onTestFinished(async () => void (await client.close()));

      expect(await reply(client.send('order', 10))).toBe('order 10');
    });
  },
);

describe.each(pairings)('clients of a derived class, $name', ({ server, client: kind }) => {
  it('may change errors and responses', async () => {
    class WrappingClient extends (kind.type as Type<WrappableClient>) {
      protected override serializeError(error: object) {
        return new RpcException(error);
      }

      protected override serializeResponse(response: unknown) {
        return { wrapped: response };
      }
    }

    const { port } = await startService(server, parts);
    const client = createClient({ ...kind, type: WrappingClient }, { port });
    const error = await failure(client.send('order', -1));

    expect(await reply(client.send('order', 1))).toEqual({ wrapped: 'order 1' });
    expect(error).toBeInstanceOf(RpcException);
    expect((error as RpcException).getError()).toEqual({ code: 'NOT_FOUND', id: -1 });
  });
});
