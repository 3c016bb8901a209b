import { DURATION_BUCKETS_MS } from '../../../../../lib/metrics/duration-counts.js';
import type { DurationSnapshot } from '../../../../../lib/metrics/duration-counts.js';
import type {
  PatternPicture,
  ServerPicture,
  ServicePicture,
} from '../../../../../lib/management/management.contract.js';
import { Availability, ServicePhase } from '../../../../../lib/management/management.contract.js';
import type { KernelSnapshot } from '../../../../../lib/management/worker/kernel/kernel-view.js';
import type { TcpScanResult } from '../../../../../lib/management/worker/kernel/tcp-scan.js';
import { MetricsExposition } from '../../../../../lib/management/worker/metrics/metrics-exposition.js';
import type { MetricsExpositionParts } from '../../../../../lib/management/worker/metrics/metrics-exposition.js';
import { ManualClock } from '../../../../support/manual-clock.js';
import { PrometheusSamples } from '../../../../support/prometheus-samples.js';
import {
  acceptorSnapshot,
  connectionSnapshot,
  endpointSnapshot,
  poolSnapshot,
} from '../../../../support/snapshots.js';

/** Durations in the buckets of the given bounds; `Infinity` for the last. */
export function durations(
  counts: Readonly<Record<number, number>>,
  sumMs: number,
): DurationSnapshot {
  const bounds = [...DURATION_BUCKETS_MS, Number.POSITIVE_INFINITY];
  return { counts: bounds.map((bound) => counts[bound] ?? 0), sumMs };
}

/** A pool of which every number is another one. */
export const POOL = poolSnapshot({
  name: 'orders',
  state: 'degraded',
  sizing: { minConnections: 2, maxConnections: 9, highWatermark: 40, lowWatermark: 5 },
  endpoints: [
    endpointSnapshot({
      isBusy: true,
      minConnections: 2,
      maxConnections: 9,
      connections: [
        connectionSnapshot({ id: 1, inFlight: 3, pendingBytes: 70, lastRoundTripMs: 5 }),
        connectionSnapshot({ id: 2, inFlight: 0, pendingBytes: 7, lastRoundTripMs: 2 }),
        connectionSnapshot({ id: 3, inFlight: 1, state: 'draining', peerLoopLagMs: 40 }),
        connectionSnapshot({ id: 4, inFlight: 0, missedHeartbeats: 2, lastRoundTripMs: undefined }),
      ],
    }),
    endpointSnapshot({
      state: 'backoff',
      minConnections: 1,
      maxConnections: 4,
      connections: [],
      ejection: { state: 'probing', cause: 'failing', count: 2, remainingMs: undefined },
    }),
  ],
  waiters: 11,
  inFlight: 4,
  calls: {
    started: 1_000,
    succeeded: 900,
    failed: 60,
    cancelled: 20,
    deadlineExceeded: 10,
    retried: 33,
    retries: { unsent: 4, rejected: 20, lost: 9 },
    rejected: 22,
    hedges: 8,
    hedgesWon: 3,
    durations: durations({ 1: 600, 50: 380, Infinity: 10 }, 612_500),
  },
  connects: {
    attempted: 21,
    established: 13,
    failed: { ...poolSnapshot().connects.failed, refused: 5, timeout: 2, nameNotFound: 1 },
    durations: durations({ 0.5: 12, 2.5: 1 }, 6.5),
  },
  closes: {
    active: { ...poolSnapshot().closes.active, idle: 3, heartbeat: 2 },
    passive: { ...poolSnapshot().closes.passive, goAway: 4 },
  },
  ejections: { unanswered: 6, failing: 9, successRate: 8 },
  isPanic: true,
  circuits: { open: 3, openings: 14, refused: 250 },
  traffic: { bytesRead: 123_456, bytesWritten: 65_432, missedHeartbeats: 17 },
  beaconAnswers: { stuck: 6, turning: 1, nobody: 3 },
  littlesLaw: {
    arrivalRatePerSecond: 250,
    meanResponseMs: 80,
    concurrency: 20,
    recommendedConnections: 3,
    recommendedMaxConnections: 5,
  },
  leases: {
    leased: 3,
    idle: 2,
    underWay: 1,
    overdue: 2,
    leaked: 6,
    waits: durations({ 2.5: 5 }, 10),
  },
});

const PATTERNS: readonly PatternPicture[] = [
  {
    pattern: 'sum',
    isEvent: false,
    calls: 70,
    errors: 6,
    inFlight: 5,
    durations: durations({ 1: 60, 2.5: 5 }, 71).counts,
    durationSumMs: 71,
  },
  {
    pattern: '{"event":"sold \\ \n"}',
    isEvent: true,
    calls: 8,
    errors: 1,
    inFlight: 0,
    durations: durations({ 0.5: 8 }, 2).counts,
    durationSumMs: 2,
  },
];

export const SERVER: ServerPicture = {
  ...acceptorSnapshot({
    connections: [
      connectionSnapshot({ id: 1, inFlight: 0 }),
      connectionSnapshot({ id: 2, inFlight: 6, pendingBytes: 90 }),
      connectionSnapshot({ id: 3, inFlight: 0, state: 'handshaking' }),
      connectionSnapshot({ id: 4, inFlight: 0, missedHeartbeats: 1 }),
    ],
    maxConnections: 5_000,
    inFlight: 6,
    accepted: 44,
    refused: { ...acceptorSnapshot().refused, tooManyConnections: 7 },
    rejected: { ...acceptorSnapshot().rejected, tooManyStreams: 19 },
    admission: {
      running: 4,
      queued: 2,
      queueAgeMs: 40,
      shedRatio: 0.3,
      refusedEvents: { ...acceptorSnapshot().rejected, rateLimited: 21 },
    },
    closes: {
      active: { ...acceptorSnapshot().closes.active, slowReader: 2 },
      passive: { ...acceptorSnapshot().closes.passive, ended: 31, reset: 9 },
    },
    bytesRead: 5_555,
    bytesWritten: 6_666,
    missedHeartbeats: 3,
  }),
  name: 'server 0',
  patterns: PATTERNS,
};

export function picture(changes: Partial<ServicePicture> = {}): ServicePicture {
  return {
    takenAt: 1_700_000_001_000,
    phase: ServicePhase.Running,
    pools: [POOL],
    servers: [SERVER],
    http: null,
    indicators: [
      { key: 'database', status: 'degraded', details: {}, checkedAt: 1_700_000_000_000 },
    ],
    process: {
      pid: 4_711,
      uptimeMs: 61_000,
      cpuUserMicros: 2_500_000,
      cpuSystemMicros: 500_000,
      heapUsedBytes: 1_000_001,
      heapTotalBytes: 2_000_002,
      externalBytes: 3_003,
      rssBytes: 9_000_009,
      eventLoopUtilization: 0.25,
      gcCount: 12,
      gcMs: 34.5,
    },
    ...changes,
  };
}

export const KERNEL: KernelSnapshot = {
  usage: {
    cpuUserMicros: 2_600_000,
    cpuSystemMicros: 700_000,
    mainThreadCpuUserMicros: 1_600_000,
    mainThreadCpuSystemMicros: 300_000,
    rssBytes: 9_100_000,
    virtualBytes: 900_000_000,
    threads: 12,
  },
  descriptors: { open: 77, limit: 1_024, hardLimit: 4_096 },
  network: {
    ActiveOpens: 101,
    PassiveOpens: 102,
    AttemptFails: 103,
    EstabResets: 104,
    CurrEstab: 105,
    InSegs: 106,
    OutSegs: 107,
    RetransSegs: 108,
    InErrs: 109,
    OutRsts: 110,
    ListenOverflows: 111,
    ListenDrops: 112,
    TCPTimeouts: 113,
    TCPSynRetrans: 114,
    TCPRetransFail: 115,
    TCPLostRetransmit: 116,
    TCPAbortOnTimeout: 117,
    TCPAbortOnMemory: 118,
    TCPBacklogDrop: 119,
    TCPReqQFullDrop: 120,
    TCPReqQFullDoCookies: 121,
    TCPRcvQDrop: 122,
    TCPZeroWindowDrop: 123,
    TCPMemoryPressures: 124,
    TCPKeepAlive: 125,
    TCPTimeWaitOverflow: 126,
  },
  sockets: { sockets: 300, tcpInUse: 201, tcpOrphans: 202, tcpTimeWait: 203, tcpMemoryPages: 204 },
  takenAt: 1_700_000_000_900,
};

export const TCP: TcpScanResult = {
  local: [
    { port: 4_000, states: { established: 3, listen: 1, close_wait: 2 }, acceptQueue: 5 },
    { port: 4_001, states: { established: 4, listen: 1 }, acceptQueue: 0 },
  ],
  remote: [{ port: 5_000, states: { established: 6, syn_sent: 1 }, acceptQueue: 0 }],
  takenAt: 1_699_999_999_000,
};

/** An exposition whose sources the test plays. */
export class MetricsStage {
  readonly clock = new ManualClock();
  silentMs = 12;
  maxLagMs = 345;
  incidentCount = 2;
  phase: ServicePhase = ServicePhase.Running;
  wanted: Availability = Availability.Online;
  kernel: KernelSnapshot | undefined = KERNEL;
  tcp: TcpScanResult | undefined = TCP;
  readTcp = (): Promise<TcpScanResult | undefined> => Promise.resolve(this.tcp);
  readonly exposition: MetricsExposition;
  #picture: ServicePicture | undefined;
  #onPicture: (picture: ServicePicture) => void = () => {};

  constructor(changes: Partial<MetricsExpositionParts> = {}) {
    this.exposition = new MetricsExposition({ ...this.#parts(), ...changes });
  }

  show(shown: ServicePicture): this {
    this.#picture = shown;
    this.#onPicture(shown);
    return this;
  }

  async scrape(): Promise<PrometheusSamples> {
    return new PrometheusSamples(await this.exposition.render());
  }

  takeMaxMs(): number {
    const { maxLagMs } = this;
    this.maxLagMs = 0;
    return maxLagMs;
  }

  #parts(): MetricsExpositionParts {
    const view = (): ServicePicture | undefined => this.#picture;
    const { clock } = this;
    const kernelOf = (): KernelSnapshot | undefined => this.kernel;
    const tcpOf = (): TcpScanResult | undefined => this.tcp;
    return {
      clock,
      cells: this,
      loop: this,
      lag: this,
      view: {
        get picture() {
          return view();
        },
        get ageMs() {
          return view() && clock.wallNow() - view()!.takenAt;
        },
        onPicture: (listener) => (this.#onPicture = listener),
      },
      stuckMs: 1_000,
      incidents: () => this.incidentCount,
      kernel: { read: kernelOf },
      tcp: {
        get latest() {
          return tcpOf();
        },
        read: () => this.readTcp(),
      },
    };
  }
}
