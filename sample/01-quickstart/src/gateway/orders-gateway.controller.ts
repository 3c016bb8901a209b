import {
  Controller,
  Get,
  NotFoundException,
  Param,
  ParseIntPipe,
  Res,
  ServiceUnavailableException,
} from '@nestjs/common';
import {
  InjectSocketPool,
  InjectSocketPoolClient,
  SocketPool,
  SocketPoolClient,
  SocketPoolError,
} from 'nestjs-socket-pool';
import type { PoolSnapshot } from 'nestjs-socket-pool';
import type { ServerResponse } from 'node:http';
import type { Order, OrderStatus } from '../orders/order.js';

/** HTTP on one side, the orders service on the other. */
@Controller()
export class OrdersGatewayController {
  constructor(
    @InjectSocketPoolClient('orders') private readonly orders: SocketPoolClient,
    @InjectSocketPool('orders') private readonly pool: SocketPool,
  ) {}

  @Get('orders/views')
  async views(): Promise<{ views: number }> {
    return { views: await this.orders.request<number>('orders.views', {}) };
  }

  @Get('orders/:id')
  async find(@Param('id', ParseIntPipe) id: number): Promise<Order> {
    this.orders.emit('orders.viewed', { id });
    // Reading an order twice does no harm, so the call may be sent again when a connection is lost under it.
    return this.orders
      .request<Order>('orders.find', { id }, { deadlineMs: 2_000, idempotent: true })
      .catch(toHttpError);
  }

  /** Each status is sent on as soon as it arrives; when the browser leaves, the service stops as well. */
  @Get('orders/:id/track')
  async track(
    @Param('id', ParseIntPipe) id: number,
    @Res() response: ServerResponse,
  ): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    response.setHeader('content-type', 'application/x-ndjson');
    for await (const status of this.orders.stream<OrderStatus>(
      'orders.track',
      { id },
      { signal: gone.signal },
    )) {
      response.write(`${JSON.stringify(status)}\n`);
    }
    response.end();
  }

  @Get('pool')
  snapshot(): PoolSnapshot {
    return this.pool.snapshot();
  }
}

/** What the service said goes to the browser as it is; what the transport says becomes a 503. */
function toHttpError(error: unknown): never {
  if (!(error instanceof SocketPoolError)) throw error;
  const said = error.cause as { status?: number; message?: string } | undefined;
  if (error.code === 'HANDLER_FAILED' && said?.status === 404)
    throw new NotFoundException(said.message);
  throw new ServiceUnavailableException(`${error.code}: ${error.message}`);
}
