import type { Availability, ServicePhase, ServicePicture } from '../../management.contract.js';
import { BEAT_INTERVAL_MS, SharedCell } from '../../management.contract.js';
import type { KernelSnapshot } from '../kernel/kernel-view.js';
import type { TcpScanResult } from '../kernel/tcp-scan.js';
import type { WorkerClock } from '../worker-clock.js';
import { CounterTotals } from './counter-totals.js';
import { kernelMetrics } from './kernel-metrics.js';
import { METRIC_TABLE } from './metric-table.js';
import { MetricFamilies } from './metric-families.js';
import { poolMetrics } from './pool-metrics.js';
import { processMetrics } from './process-metrics.js';
import type { PromClient } from './prometheus-text.js';
import { PrometheusText } from './prometheus-text.js';
import { serverMetrics } from './server-metrics.js';
import type { ServiceView } from './service-metrics.js';
import { serviceMetrics } from './service-metrics.js';

/** How long a scrape waits for a fresh table of sockets, in ms; a longer one shows up in the next scrape. */
const TCP_WAIT_MS = 50;

export interface MetricsExpositionParts {
  readonly clock: WorkerClock;
  /** The memory that is shared with the service. */
  readonly cells: BigInt64Array;
  /** The heartbeat of the service's loop. */
  readonly beats: { readonly silentMs: number | undefined };
  /** From which silence on the service counts as stuck, in ms. */
  readonly stuckMs: number;
  /** How many incidents there were. */
  readonly incidents: () => number;
  readonly kernel: { read(): KernelSnapshot | undefined };
  readonly tcp: {
    readonly latest: TcpScanResult | undefined;
    read(): Promise<TcpScanResult | undefined>;
  };
  readonly loadClient?: () => Promise<PromClient>;
}

/** prom-client is an optional peer. */
export class MetricsUnavailableError extends Error {
  constructor(cause: unknown) {
    super('metrics need the package prom-client: npm install prom-client', { cause });
  }
}

/**
 * All numbers of the service for Prometheus: from the last picture of it, from the shared memory, and from
 * the kernel. The latter two are fresh even when the service is stuck; the first tells how old it is.
 */
export class MetricsExposition {
  private readonly totals = new CounterTotals();
  private text: PrometheusText | undefined;
  private picture: ServicePicture | undefined;
  private ofPicture = new MetricFamilies();
  private rendering: Promise<string> | undefined;

  constructor(private readonly parts: MetricsExpositionParts) {}

  /** To be called with every picture that arrives: what was counted between two of them is not lost when a pool is made anew. */
  observe(picture: ServicePicture): void {
    this.picture = picture;
    this.ofPicture = new MetricFamilies();
    for (const pool of picture.pools) this.ofPicture.add(poolMetrics, pool, this.totals);
    for (const server of picture.servers) this.ofPicture.add(serverMetrics, server, this.totals);
  }

  /**
   * A scrape. Those that come at once share it.
   *
   * @throws MetricsUnavailableError when prom-client is not installed
   */
  render(): Promise<string> {
    this.rendering ??= this.write().finally(() => (this.rendering = undefined));
    return this.rendering;
  }

  private async write(): Promise<string> {
    this.text ??= new PrometheusText(await this.load(), METRIC_TABLE);
    const tcp = await this.readTcp();
    const kernel = this.parts.kernel.read();
    const { picture } = this;
    const tcpAgeMs = this.ageMs(tcp?.takenAt);
    const families = new MetricFamilies();
    families.add(serviceMetrics, this.serviceView());
    families.addAll(this.ofPicture);
    const takenAt = picture?.takenAt;
    families.add(processMetrics, { kernel, picture: picture?.process, takenAt });
    families.add(kernelMetrics, { kernel, tcp, tcpAgeMs });
    return this.text.write(families);
  }

  private async load(): Promise<PromClient> {
    try {
      return await (this.parts.loadClient ?? loadPromClient)();
    } catch (error) {
      throw new MetricsUnavailableError(error);
    }
  }

  private serviceView(): ServiceView {
    const { cells, beats, stuckMs, incidents } = this.parts;
    const { silentMs } = beats;
    return {
      phase: Number(Atomics.load(cells, SharedCell.Phase)) as ServicePhase,
      availability: Number(Atomics.load(cells, SharedCell.WantedAvailability)) as Availability,
      silentMs,
      isStuck: silentMs !== undefined && silentMs > stuckMs,
      maxLagMs: this.takeMaxLagMs(silentMs),
      incidents: incidents(),
      picture: this.picture,
      pictureAgeMs: this.ageMs(this.picture?.takenAt),
    };
  }

  /** Starts anew with every scrape. A loop that stands still right now has not noted its lag yet. */
  private takeMaxLagMs(silentMs = 0): number {
    const maxLagMs =
      Number(Atomics.exchange(this.parts.cells, SharedCell.MaxLagMicros, 0n)) / 1_000;
    return Math.max(maxLagMs, silentMs - BEAT_INTERVAL_MS, 0);
  }

  private ageMs(takenAt: number | undefined): number | undefined {
    return takenAt === undefined ? undefined : Math.max(this.parts.clock.wallNow() - takenAt, 0);
  }

  private async readTcp(): Promise<TcpScanResult | undefined> {
    const { clock, tcp } = this.parts;
    let timer: { cancel(): void } | undefined;
    const late = new Promise<void>((resolve) => (timer = clock.schedule(TCP_WAIT_MS, resolve)));
    await Promise.race([tcp.read(), late]);
    timer?.cancel();
    return tcp.latest;
  }
}

function loadPromClient(): Promise<PromClient> {
  return import('prom-client');
}
