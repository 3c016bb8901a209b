import { channel } from 'node:diagnostics_channel';
import type { Disposer } from '../common/emitter.js';
import type { PoolEvents } from '../pool/pool-events.js';
import type { SocketPool } from '../pool/socket-pool.js';
import { POOL_EVENT_NAMES } from './client-events.js';

const PREFIX = 'nestjs-socket-pool:pool.';

/** The name of the diagnostics channel of an event: `nestjs-socket-pool:pool.connectionOpened`. */
export function poolChannelName(event: keyof PoolEvents): string {
  return `${PREFIX}${event}`;
}

const channels = new Map(POOL_EVENT_NAMES.map((event) => [event, channel(poolChannelName(event))]));

/**
 * Publishes every event of a pool on its diagnostics channel; the message is the event's payload, which
 * names the pool. Costs next to nothing without subscribers.
 */
export function publishPool(pool: Pick<SocketPool, 'on'>): Disposer {
  const disposers = [...channels].map(([event, eventChannel]) =>
    pool.on(event, (payload) => {
      if (eventChannel.hasSubscribers) eventChannel.publish(payload);
    }),
  );
  return () => {
    for (const dispose of disposers) dispose();
  };
}
