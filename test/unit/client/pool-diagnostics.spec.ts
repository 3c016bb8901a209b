import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it, onTestFinished } from 'vitest';
import { POOL_EVENT_NAMES } from '../../../lib/client/client-events.js';
import { poolChannelName, publishPool } from '../../../lib/client/pool-diagnostics.js';
import { RecordedPool } from '../../support/recorded-pool.js';

function receive(name: string): unknown[] {
  const messages: unknown[] = [];
  const onMessage = (message: unknown) => void messages.push(message);
  subscribe(name, onMessage);
  onTestFinished(() => void unsubscribe(name, onMessage));
  return messages;
}

describe('the diagnostics channels of a pool', () => {
  it.each(POOL_EVENT_NAMES)('carry the event %s', (event) => {
    const recorded = new RecordedPool();
    const dispose = publishPool(recorded.pool);
    const messages = receive(poolChannelName(event));
    recorded.emitter.emit(event, { pool: 'orders' } as never);
    dispose();
    recorded.emitter.emit(event, { pool: 'orders' } as never);
    expect(messages).toEqual([{ pool: 'orders' }]);
  });

  it('have names that may be relied upon', () => {
    expect(poolChannelName('connectionOpened')).toBe('nestjs-socket-pool:pool.connectionOpened');
  });
});
