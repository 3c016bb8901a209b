import type { LoggerService } from '@nestjs/common';
import { systemClock } from '../common/clock.js';
import type { Disposer } from '../common/emitter.js';
import type { SocketPool } from '../pool/socket-pool.js';
import type { SocketPoolStatus } from './client-events.js';
import { listenTo } from './client-events.js';
import { publishPool } from './pool-diagnostics.js';
import { logPool } from './pool-log.js';

/** A listener of `on()`, kept for the pools that the client has later. */
export interface ClientListener {
  readonly event: string;
  readonly callback: (payload?: unknown) => void;
}

/** Everything by which a client listens to one pool; gone with `dispose()`. */
export class PoolAttachment {
  private readonly disposers: Disposer[];

  constructor(
    private readonly pool: SocketPool,
    onStatus: (status: SocketPoolStatus) => void,
  ) {
    this.disposers = [
      pool.on('connected', () => onStatus('connected')),
      pool.on('disconnected', () => onStatus('disconnected')),
      pool.on('reconnecting', () => onStatus('reconnecting')),
    ];
    if (pool.isReady) onStatus('connected');
  }

  /** For a pool that nobody else looks after. */
  report(logger: LoggerService): void {
    this.disposers.push(logPool(this.pool, logger, systemClock), publishPool(this.pool));
  }

  listen({ event, callback }: ClientListener): void {
    this.disposers.push(...listenTo(this.pool, event, callback));
  }

  dispose(): void {
    for (const dispose of this.disposers.splice(0)) dispose();
  }
}
