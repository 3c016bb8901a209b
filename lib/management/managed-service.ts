import type { Disposer } from '../common/emitter.js';
import type { AcceptorSnapshot, PoolSnapshot } from '../metrics/snapshot.js';
import type { AnnouncedBeacon } from './beacon-announcer.js';
import type {
  EndpointAction,
  HttpPicture,
  PatternPicture,
  PoolSizing,
} from './management.contract.js';

/** Listens to an event by its name; the payload is that of the event. */
export type EventSource = (name: string, listener: (payload: never) => void) => Disposer;

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
  /** Tells clients that come from now on where to ask when this process does not answer; nothing without one. */
  announceBeacon(beacon: AnnouncedBeacon | undefined): void;
  readonly observe: EventSource;
}

/** A pool, as far as management deals with it. */
export interface ManagedPool {
  readonly name: string;
  readonly control: {
    /** @throws SocketPoolError `INVALID_OPTIONS` */
    resize(sizing: PoolSizing): void;
    /** @throws SocketPoolError `NO_ENDPOINT` for an address that the pool does not know */
    apply(endpoint: string, action: EndpointAction, weight?: number): void;
  };
  snapshot(): PoolSnapshot;
  readonly on: EventSource;
}

/** What the application has of both at this moment; servers come and go with `listen` and `close`. */
export interface ManagedService {
  servers(): readonly ManagedServer[];
  pools(): readonly ManagedPool[];
  /** Its HTTP server; `null` for an application without one. */
  http(): HttpPicture | null;
}
