import type { Availability, ServicePhase, ServicePicture } from '../../management.contract.js';
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
  /** Where the service stands, from the shared memory. */
  readonly cells: { readonly phase: ServicePhase; readonly wanted: Availability };
  /** For how long the service's loop has not beaten. */
  readonly loop: { readonly silentMs: number };
  /** The greatest lag of the loop since it was last asked here. */
  readonly lag: { takeMaxMs(): number };
  /** The last picture, and its age. */
  readonly view: PictureSource;
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

/** Where pictures of the service come from. */
export interface PictureSource {
  readonly picture: ServicePicture | undefined;
  readonly ageMs: number | undefined;
  onPicture(listener: (picture: ServicePicture) => void): unknown;
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
  private ofPicture = new MetricFamilies();
  private rendering: Promise<string> | undefined;

  constructor(private readonly parts: MetricsExpositionParts) {
    // Every one, not only what a scrape finds: a pool may be made anew more often than that.
    parts.view.onPicture((picture) => this.observe(picture));
  }

  private observe(picture: ServicePicture): void {
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
    const { picture } = this.parts.view;
    const tcpAgeMs = tcp && Math.max(this.parts.clock.wallNow() - tcp.takenAt, 0);
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
    const { cells, loop, lag, view, stuckMs, incidents } = this.parts;
    const { silentMs } = loop;
    return {
      phase: cells.phase,
      availability: cells.wanted,
      silentMs,
      isStuck: silentMs > stuckMs,
      maxLagMs: lag.takeMaxMs(),
      incidents: incidents(),
      picture: view.picture,
      pictureAgeMs: view.ageMs,
    };
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
