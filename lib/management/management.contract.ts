/**
 * What crosses between the service's thread and the management thread: this file, and nothing else.
 *
 * Two ways, for two situations. **Messages** carry everything that may take its time: pictures, events,
 * commands. They need both loops. **Shared memory** carries what must be readable, and writable, while
 * the service's loop stands still: its heartbeat, a few numbers, and the wishes of the management side.
 * Times in it are of `process.hrtime`, the one clock that both threads read alike.
 */
import type { PatternPicture } from '../metrics/pattern-picture.js';
import type { AcceptorSnapshot, PoolSnapshot } from '../metrics/snapshot.js';

export type { PatternPicture } from '../metrics/pattern-picture.js';
export { DURATION_BUCKETS_MS } from '../metrics/duration-counts.js';

/** Raised with every change of this file; both sides refuse a partner of another version. */
export const CONTRACT_VERSION = 2;

/** How often the service's loop beats, in ms. */
export const BEAT_INTERVAL_MS = 20;

/** The cells of the shared memory, each a 64-bit integer. The service writes the first group, management the second. */
export const SharedCell = {
  /** `process.hrtime.bigint()` of the last beat of the service's loop; 0 before the first. */
  BeatAt: 0,
  /** A number of {@link ServicePhase}. */
  Phase: 1,
  /** Calls in flight on all servers. */
  ServerInFlight: 2,
  /** Connections of all servers. */
  ServerConnections: 3,
  /** Calls in flight on all pools. */
  PoolInFlight: 4,
  /** The greatest lag of the service's loop since the cell was last set to 0 by management, in µs. */
  MaxLagMicros: 5,
  /** How far the service has come with the wish in `WantedAvailability`: the sequence number of the last one that took effect. */
  AppliedWish: 6,

  /** A number of {@link Availability}: what management wants the service to be. */
  WantedAvailability: 8,
  /** Raised by one with every wish. */
  WishSequence: 9,
  /** When management ends the process, unless its drain is done by then; 0 without one. Outlives the thread. */
  DrainDeadlineAt: 10,
} as const;

export const SHARED_CELLS = 16;

/** Where the service stands in its life. */
export const ServicePhase = { Starting: 0, Running: 1, Draining: 2, Stopped: 3 } as const;
export type ServicePhase = (typeof ServicePhase)[keyof typeof ServicePhase];

/** Whether the instance is offered work. */
export const Availability = { Online: 0, Offline: 1, Draining: 2 } as const;
export type Availability = (typeof Availability)[keyof typeof Availability];

/** One of the last connection events of a pool or server, for the flight recorder. */
export interface RecordedEvent {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** `pool orders`, `server 0`. */
  readonly source: string;
  readonly name: string;
  /** One line, no payload, no secret. */
  readonly text: string;
}

/** A running server of the service. */
export interface ServerPicture extends AcceptorSnapshot {
  readonly name: string;
  readonly patterns: readonly PatternPicture[];
}

export interface HttpPicture {
  /** `tcp://127.0.0.1:3000`, `tls://…` for HTTPS, `unix:…`; `null` while it does not listen. */
  readonly address: string | null;
}

/** The verdict of one of the user's own Terminus indicators. */
export interface IndicatorResult {
  readonly key: string;
  /** `pending`: asked for the first time, and not answered yet. */
  readonly status: 'up' | 'degraded' | 'down' | 'pending';
  readonly details: Readonly<Record<string, unknown>>;
  /** When it answered, or was asked first, in milliseconds since the Unix epoch. */
  readonly checkedAt: number;
}

/** The whole service at one moment. Sent once a second and on request. */
export interface ServicePicture {
  readonly takenAt: number;
  readonly phase: ServicePhase;
  readonly pools: readonly PoolSnapshot[];
  readonly servers: readonly ServerPicture[];
  /** The HTTP server of the application; `null` for an application without one. */
  readonly http: HttpPicture | null;
  readonly indicators: readonly IndicatorResult[];
  readonly process: ProcessPicture;
}

export interface ProcessPicture {
  readonly pid: number;
  readonly uptimeMs: number;
  readonly cpuUserMicros: number;
  readonly cpuSystemMicros: number;
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  readonly externalBytes: number;
  readonly rssBytes: number;
  /** Share of time the loop was busy since the last picture, 0–1. */
  readonly eventLoopUtilization: number;
  readonly gcCount: number;
  readonly gcMs: number;
}

/** What management asks of the service; every one is answered, or given up after its time limit. */
export type ManagementCommand =
  | { readonly kind: 'picture' }
  | { readonly kind: 'resizePool'; readonly pool: string; readonly sizing: PoolSizing }
  | {
      readonly kind: 'endpoint';
      readonly pool: string;
      readonly endpoint: string;
      readonly action: EndpointAction;
      readonly weight?: number;
    }
  | { readonly kind: 'drain'; readonly timeoutMs: number };

export interface PoolSizing {
  readonly minConnections?: number;
  readonly maxConnections?: number;
  readonly highWatermark?: number;
  readonly lowWatermark?: number;
}

export type EndpointAction = 'drain' | 'eject' | 'readmit' | 'weight';

/** From the management thread to the service's. */
export type ToService =
  | {
      readonly type: 'ready';
      readonly version: number;
      readonly address: string;
      /** Where the beacon listens, if there is one. */
      readonly beaconPort: number | undefined;
    }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'command'; readonly id: number; readonly command: ManagementCommand };

/** From the service's thread to the management thread. */
export type ToManagement =
  | { readonly type: 'picture'; readonly picture: ServicePicture }
  | { readonly type: 'events'; readonly events: readonly RecordedEvent[] }
  | { readonly type: 'answer'; readonly id: number; readonly ok: true; readonly value: unknown }
  | {
      readonly type: 'answer';
      readonly id: number;
      readonly ok: false;
      readonly code: string;
      readonly message: string;
    }
  | { readonly type: 'close' };

/** What the management thread is started with. */
export interface ThreadSetup {
  readonly version: number;
  readonly shared: SharedArrayBuffer;
  readonly pid: number;
  /** What management's own connections to the servers call themselves in their hello; nobody else knows it. */
  readonly probeName: string;
  /** By which clients know this process, when they ask its beacon. */
  readonly beaconId: string;
  readonly options: WorkerOptions;
}

/** Paths of PEM files. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** The options of the management application, resolved; the tables are in `management-options.ts`. */
export interface WorkerOptions {
  readonly port: number;
  readonly host: string;
  readonly isolation: 'thread' | 'inline';
  readonly token: string | undefined;
  readonly readToken: string | undefined;
  readonly allowedAddresses: readonly string[];
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  /** The URL of a file whose default export is a Nest module. */
  readonly controllers: string | undefined;
  readonly tls: TlsFiles | undefined;
  readonly page: boolean;
  readonly beacon: { readonly host: string; readonly port: number } | false;
  readonly probes: {
    readonly liveStuckMs: number;
    readonly readyLagMs: number;
    readonly acceptTimeoutMs: number;
    readonly cacheMs: number;
    readonly minReadyConnections: number;
    readonly indicatorTimeoutMs: number;
    readonly indicatorIntervalMs: number;
    /** Names of checks by the name of the group. */
    readonly groups: Readonly<Record<string, readonly string[]>>;
  };
  readonly diagnosis: {
    readonly incidentMs: number;
    readonly maxIncidents: number;
    readonly maxEvents: number;
    readonly profiling: boolean;
  };
  readonly drain: { readonly pauseMs: number; readonly limitMs: number; readonly exitCode: number };
}
