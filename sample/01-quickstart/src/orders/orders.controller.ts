import { Controller } from '@nestjs/common';
import { EventPattern, MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import type { Order, OrderStatus } from './order.js';

const ITEMS = ['tea', 'coffee', 'cocoa', 'sugar'];
const LAST_ORDER_ID = 100_000;

/** Plain Nest handlers: nothing here knows which transport carries them. */
@Controller()
export class OrdersController {
  #viewed = 0;

  /** Request and reply. */
  @MessagePattern('orders.find')
  find(@Payload() query: { id: number }): Order {
    if (query.id > LAST_ORDER_ID) {
      throw new RpcException({ status: 404, message: `there is no order ${query.id}` });
    }
    const item = ITEMS[query.id % ITEMS.length]!;
    return {
      id: query.id,
      item,
      quantity: 1 + (query.id % 9),
      servedBy: process.env.INSTANCE ?? 'orders',
    };
  }

  /** A stream: an async generator is read as fast as the caller consumes, and ends when the caller leaves. */
  @MessagePattern('orders.track')
  async *track(@Payload() query: { id: number }): AsyncGenerator<OrderStatus> {
    for (const status of ['received', 'packed', 'shipped', 'delivered'] as const) {
      yield { id: query.id, status };
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** An event: nobody waits for an answer. */
  @EventPattern('orders.viewed')
  viewed(@Payload() order: { id: number }): void {
    if (order.id > 0) this.#viewed++;
  }

  @MessagePattern('orders.views')
  views(): number {
    return this.#viewed;
  }
}
