import type { Disposer } from '../common/emitter.js';
import type { Endpoint } from './endpoint.js';

/** Told what discovery finds. Neither method may throw. */
export interface DiscoveryListener {
  /**
   * All endpoints of the service there are now, also when nothing changed. An empty set means that
   * the source knows of none, not that it could not be asked.
   */
  onEndpoints(endpoints: readonly Endpoint[]): void;

  /** The source could not be asked. The last set stays good, and the discovery goes on by itself. */
  onError(error: Error): void;
}

/** Where the endpoints of one service come from. */
export interface Discovery {
  /** For people: `static`, `dns orders.internal`. */
  readonly name: string;

  /**
   * Reports the endpoints, once at least and again whenever they change, until it is disposed. May
   * report before it returns; reports nothing after it was disposed. Each watch stands for itself.
   */
  watch(listener: DiscoveryListener): Disposer;

  /**
   * Connections fail or are lost: what was reported may be out of date. Asks the source earlier than it
   * would by itself, where that makes sense. Called often at times, so it has to limit itself.
   */
  refresh?(): void;
}
