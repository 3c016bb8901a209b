import type { Disposer } from '../common/emitter.js';
import type { AcceptorSnapshot, PoolSnapshot } from '../metrics/snapshot.js';
import type {
  EndpointAction,
  PatternPicture,
  PoolSizing,
  RecordedEvent,
} from './management.contract.js';

/** Told of connection events, for the flight recorder. */
export type EventListener = (event: Omit<RecordedEvent, 'source'>) => void;

/** A running server, as far as management deals with it. */
export interface ManagedServer {
  snapshot(): AcceptorSnapshot;
  /** What each known pattern cost; counted from the first time it is asked. */
  patterns(): readonly PatternPicture[];
  /** Clients are sent away with the reason, and refused when they come back; what runs goes on. */
  goOffline(message: string): void;
  goOnline(): void;
  /** Takes no new calls, lets those there are finish. Idempotent. */
  drain(timeoutMs?: number): Promise<void>;
  record(listener: EventListener): Disposer;
}

/** A pool, as far as management deals with it. */
export interface ManagedPool {
  readonly name: string;
  snapshot(): PoolSnapshot;
  /** @throws SocketPoolError `INVALID_OPTIONS` */
  resize(sizing: PoolSizing): void;
  /** @throws SocketPoolError `NO_ENDPOINT` for an address that the pool does not know */
  control(endpoint: string, action: EndpointAction, weight?: number): void;
  record(listener: EventListener): Disposer;
}

/** What the application has of both at this moment; servers come and go with `listen` and `close`. */
export interface ManagedService {
  servers(): readonly ManagedServer[];
  pools(): readonly ManagedPool[];
}
