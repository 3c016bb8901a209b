import { Inject } from '@nestjs/common';
import type { ClientProxy, CustomClientOptions } from '@nestjs/microservices';
import { ClientsModule } from '@nestjs/microservices';
import type { Observable } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import type { SocketPoolClientEvents, SocketPoolStatus } from '../../lib/client/client-events.js';
import type { SocketPoolClientOptions } from '../../lib/client/client-options.js';
import { SocketPoolClient } from '../../lib/client/socket-pool-client.js';
import { SocketPoolRecordBuilder } from '../../lib/client/socket-pool-record.js';
import type { SocketPoolRecord } from '../../lib/client/socket-pool-record.js';
import type { SocketPoolError } from '../../lib/errors/socket-pool-error.js';
import { InjectSocketPool, InjectSocketPoolClient } from '../../lib/module/inject.decorators.js';
import { SocketPoolModule } from '../../lib/module/socket-pool.module.js';
import type { SocketPool } from '../../lib/pool/socket-pool.js';

interface Order {
  readonly id: number;
}

declare const client: SocketPoolClient;

/** Compiled, never run. */
function never(check: () => void): void {
  void check;
}

describe('the types of the client', () => {
  it('make it a ClientProxy', () => {
    expectTypeOf<SocketPoolClient>().toExtend<ClientProxy>();
    expectTypeOf<typeof SocketPoolClient>().toExtend<CustomClientOptions['customClass']>();
    never(() => ClientsModule.register([{ name: 'ORDERS', customClass: SocketPoolClient }]));
  });

  it('give send() and emit() the types that ClientProxy gives them', () => {
    never(() => {
      expectTypeOf(client.send<Order>('p', 1)).toEqualTypeOf<Observable<Order>>();
      expectTypeOf(client.send<Order, number>({ cmd: 'p' }, 1)).toEqualTypeOf<Observable<Order>>();
      client.send('p', 1).subscribe((value) => expectTypeOf(value).toBeAny());
      expectTypeOf(client.emit<void>('p', 1)).toEqualTypeOf<Observable<void>>();
      // @ts-expect-error the data is not of the type that was named
      client.send<Order, number>('p', 'text');
    });
  });

  it('give request() and stream() the type of the reply, unknown when none is named', () => {
    never(() => {
      const { signal } = new AbortController();
      const options = { signal, deadlineMs: 5, metadata: { tenant: 'a' }, idempotent: true };
      expectTypeOf(client.request<Order>('p', 1, options)).toEqualTypeOf<Promise<Order>>();
      expectTypeOf(client.request('p', 1)).toEqualTypeOf<Promise<unknown>>();
      expectTypeOf(client.stream<Order>('p', 1, options)).toEqualTypeOf<AsyncIterable<Order>>();
      // @ts-expect-error there is no such option
      void client.request('p', 1, { timeout: 5 });
    });
  });

  it('type status and events', () => {
    expectTypeOf<SocketPoolClient['status']>().toEqualTypeOf<Observable<SocketPoolStatus>>();
    expectTypeOf<SocketPoolClientEvents['error']>().toEqualTypeOf<(error: Error) => void>();
    never(() => {
      client.on('connectFailed', ({ error, retryInMs }) => {
        expectTypeOf(error).toEqualTypeOf<SocketPoolError>();
        expectTypeOf(retryInMs).toEqualTypeOf<number>();
      });
      client.on('connect', () => {});
      // @ts-expect-error there is no such event
      client.on('lookup', () => {});
      // @ts-expect-error the event has no such property
      client.on('connected', ({ port }) => void port);
    });
  });

  it('unwrap the pool', () => {
    never(() => {
      expectTypeOf(client.unwrap()).toEqualTypeOf<SocketPool>();
      expectTypeOf(client.pool).toEqualTypeOf<SocketPool>();
    });
  });

  it('keep the type of the data of a record', () => {
    const builder = new SocketPoolRecordBuilder<Order>({ id: 1 }).setDeadlineMs(5).setIdempotent();
    expectTypeOf(builder.build()).toEqualTypeOf<SocketPoolRecord<Order>>();
  });
});

describe('the types of the options', () => {
  it('allow parts of groups, and nothing unknown', () => {
    expectTypeOf<{
      pool: { maxConnections: 2 };
      heartbeat: false;
    }>().toExtend<SocketPoolClientOptions>();
    expectTypeOf<SocketPoolClientOptions['dialect']>().toEqualTypeOf<
      'binary' | 'nest-tcp' | undefined
    >();
    never(() => {
      // @ts-expect-error there is no such option
      void new SocketPoolClient({ speed: 1 });
      // @ts-expect-error there is no such option in the group
      void new SocketPoolClient({ pool: { sise: 1 } });
      // @ts-expect-error not supported
      void new SocketPoolClient({ socketClass: class {} });
      void new SocketPoolClient({ pool: client.pool });
    });
  });

  it('need a name for clients of the module', () => {
    never(() => {
      SocketPoolModule.forRoot({ deadlineMs: 5 });
      SocketPoolModule.register([{ name: 'orders', port: 1 }]);
      SocketPoolModule.register({ clients: [{ name: 'orders' }], isGlobal: true });
      SocketPoolModule.registerAsync([
        { name: 'orders', inject: ['PORT'], useFactory: (port: number) => ({ port }) },
      ]);
      // @ts-expect-error the name is missing
      SocketPoolModule.register([{ port: 1 }]);
      // @ts-expect-error a name is for one client
      SocketPoolModule.forRoot({ name: 'orders' });
    });
  });
});

describe('the decorators', () => {
  it('fit parameters and properties', () => {
    class Gateway {
      @InjectSocketPool('orders') readonly pool!: SocketPool;

      constructor(
        @InjectSocketPoolClient('orders') readonly orders: SocketPoolClient,
        @Inject('X') readonly x: string,
      ) {}
    }
    expectTypeOf<Gateway['orders']>().toEqualTypeOf<SocketPoolClient>();
  });
});
