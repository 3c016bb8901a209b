import { Injectable } from '@nestjs/common';
import { ExclusivePool, InjectExclusivePool } from 'nestjs-socket-pool';
import type { LegacyClient } from './legacy/legacy-client.js';
import { LegacyError } from './legacy/legacy-client.js';

export interface Order {
  readonly id: number;
  readonly total: number;
}

/** What the rest of an application sees of the old server. */
@Injectable()
export class OrdersService {
  constructor(@InjectExclusivePool('legacy') readonly pool: ExclusivePool<LegacyClient>) {}

  /** An answer that says no is in order: the link is used on. */
  find(id: number): Promise<Order> {
    const keepAfter = (error: unknown): boolean => error instanceof LegacyError;
    return this.pool.use((client) => client.ask<Order>({ op: 'order', id }), { keepAfter });
  }

  /** Several questions that belong together, on one link. */
  async sum(ids: readonly number[]): Promise<number> {
    await using lease = await this.pool.acquire();
    let total = 0;
    for (const id of ids) total += (await lease.resource.ask<Order>({ op: 'order', id })).total;
    return total;
  }

  /** The server breaks down over this one. */
  crash(): Promise<unknown> {
    return this.pool.use((client) => client.ask({ op: 'crash' }));
  }
}
