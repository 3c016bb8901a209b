import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { channel } from 'node:diagnostics_channel';
import { publishPool } from '../client/pool-diagnostics.js';
import { logPool } from '../client/pool-log.js';
import { systemClock } from '../common/clock.js';
import type { Disposer } from '../common/emitter.js';
import { leakText } from '../pool/exclusive/exclusive-events.js';
import type { ExclusivePool } from '../pool/exclusive/exclusive-pool.js';
import { ClientRegistry } from './client-registry.js';

const leaks = channel('nestjs-socket-pool:pool.leaseLeaked');

/** The exclusive pools of an application: started, logged and closed with it. */
@Injectable()
export class ExclusiveRegistry implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('SocketPool');
  private readonly pools: ExclusivePool<unknown>[] = [];
  private readonly disposers: Disposer[] = [];

  constructor(@Inject(ClientRegistry) private readonly clients: ClientRegistry) {}

  /** @throws SocketPoolError `INVALID_OPTIONS` when the name is taken */
  add(name: string, make: () => ExclusivePool<unknown>): ExclusivePool<unknown> {
    this.clients.reserve(name);
    const pool = make();
    this.pools.push(pool);
    this.disposers.push(
      logPool(pool, this.logger, systemClock),
      publishPool(pool),
      pool.on('leaseLeaked', (leak) => {
        this.logger.warn(leakText(leak));
        if (leaks.hasSubscribers) leaks.publish(leak);
      }),
    );
    return pool;
  }

  /** With `start: eager` pools start here. */
  onApplicationBootstrap(): void {
    for (const pool of this.pools) if (pool.options.start === 'eager') pool.start();
  }

  /** After the servers were closed: their handlers need no lease any more. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.pools.map((pool) => pool.close()));
    for (const dispose of this.disposers.splice(0)) dispose();
  }
}
