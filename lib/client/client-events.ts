import type { Disposer } from '../common/emitter.js';
import { printValue } from '../common/options.js';
import { invalidOptionsError } from '../errors/socket-pool-error.js';
import type { PoolEvents } from '../pool/pool-events.js';
import type { SocketPool } from '../pool/socket-pool.js';

/** What `status` says. */
export type SocketPoolStatus = 'connected' | 'disconnected' | 'reconnecting';

/**
 * What `on()` may be asked for: the events of the pool, and the names that listeners of Nest's TCP
 * client use, in terms of the pool as a whole.
 */
export type SocketPoolClientEvents = {
  [Name in keyof PoolEvents]: (event: PoolEvents[Name]) => void;
} & {
  /** There is a ready connection, and there was none. */
  connect: () => void;
  /** There is no ready connection any more. */
  close: () => void;
  /** A connection failed, or could not be made. */
  error: (error: Error) => void;
};

type Listener = (payload?: unknown) => void;

const POOL_EVENTS: Readonly<Record<keyof PoolEvents, true>> = {
  connected: true,
  disconnected: true,
  reconnecting: true,
  connectionOpened: true,
  connectionDraining: true,
  connectionBusy: true,
  connectionRecovered: true,
  connectionClosed: true,
  connectFailed: true,
  endpointsChanged: true,
  ejected: true,
  readmitted: true,
  circuitOpened: true,
  circuitClosed: true,
  discoveryFailed: true,
  stateChanged: true,
  closed: true,
};

/** The names of all events of a pool. */
export const POOL_EVENT_NAMES = Object.keys(POOL_EVENTS) as readonly (keyof PoolEvents)[];

/** Attaches a listener to a pool under any name of {@link SocketPoolClientEvents}. */
export function listenTo(pool: SocketPool, event: string, listener: Listener): Disposer[] {
  switch (event) {
    case 'connect':
      return [pool.on('connected', () => listener())];
    case 'close':
      return [pool.on('disconnected', () => listener())];
    case 'error':
      return [
        pool.on('connectFailed', ({ error }) => listener(error)),
        pool.on('connectionClosed', ({ error }) => {
          if (error !== undefined) listener(error);
        }),
      ];
    default:
      return [pool.on(event as keyof PoolEvents, listener)];
  }
}

/** @throws SocketPoolError `INVALID_OPTIONS` for a name that no event has: the listener would wait in vain */
export function checkEventName(event: unknown): void {
  const names: readonly string[] = ['connect', 'close', 'error', ...POOL_EVENT_NAMES];
  if (names.includes(event as string)) return;
  throw invalidOptionsError('SocketPoolClient.on', [
    `event: ${printValue(event)} is not one of ${names.join(', ')}`,
  ]);
}
