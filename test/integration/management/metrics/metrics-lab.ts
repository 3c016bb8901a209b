import { onTestFinished } from 'vitest';
import { systemClock } from '../../../../lib/common/clock.js';
import { EventRecorder } from '../../../../lib/management/event-recorder.js';
import { IndicatorBoard } from '../../../../lib/management/indicator-board.js';
import type { ManagedPool, ManagedServer } from '../../../../lib/management/managed-service.js';
import type { ServerPicture } from '../../../../lib/management/management.contract.js';
import { Availability, ServicePhase } from '../../../../lib/management/management.contract.js';
import { ProcessGauge } from '../../../../lib/management/process-gauge.js';
import { ServiceBeat } from '../../../../lib/management/service-beat.js';
import { ServiceReporter } from '../../../../lib/management/service-reporter.js';
import { BeatObserver } from '../../../../lib/management/worker/diagnostics/beat-observer.js';
import { kernelFiles } from '../../../../lib/management/worker/kernel/kernel-files.js';
import { KernelView } from '../../../../lib/management/worker/kernel/kernel-view.js';
import { TcpScan } from '../../../../lib/management/worker/kernel/tcp-scan.js';
import { MetricsExposition } from '../../../../lib/management/worker/metrics/metrics-exposition.js';
import { portsOf } from '../../../../lib/management/worker/metrics/service-ports.js';
import { LagLedger } from '../../../../lib/management/worker/service/lag-ledger.js';
import { ServiceCells } from '../../../../lib/management/worker/service/service-cells.js';
import { ServiceLoop } from '../../../../lib/management/worker/service/service-loop.js';
import { ServiceView } from '../../../../lib/management/worker/service/service-view.js';
import type { SocketPool } from '../../../../lib/pool/socket-pool.js';
import type { SocketPoolServer } from '../../../../lib/server/socket-pool-server.js';
import { PrometheusSamples } from '../../../support/prometheus-samples.js';
import { until } from '../../../support/until.js';

const sharedTime = (): bigint => process.hrtime.bigint();

/**
 * Pools and servers of this process, and the exposition of their metrics: both sides of management as they
 * are, without the thread between them.
 */
export class MetricsLab {
  readonly pools: SocketPool[] = [];
  readonly servers: SocketPoolServer[] = [];
  /** Pictures of servers that are not ours. */
  readonly strangers: ServerPicture[] = [];
  readonly #gauge = new ProcessGauge();
  readonly #beat = new ServiceBeat(systemClock, sharedTime, () => {});
  readonly #reporter: ServiceReporter;
  readonly #view = new ServiceView(systemClock);
  readonly #exposition: MetricsExposition;

  constructor() {
    const indicators = new IndicatorBoard(systemClock, { timeoutMs: 1_000, intervalMs: 1_000 });
    const service = {
      pools: () => this.pools as unknown as ManagedPool[],
      servers: () => this.servers as unknown as ManagedServer[],
      http: () => null,
    };
    const recorder = new EventRecorder(systemClock, service, 'probe');
    const gauge = this.#gauge;
    this.#reporter = new ServiceReporter(systemClock, service, { indicators, gauge, recorder });
    const cells = new ServiceCells(this.#beat.shared);
    const loop = new ServiceLoop(new BeatObserver(cells.cells, sharedTime), systemClock);
    this.#exposition = new MetricsExposition({
      clock: systemClock,
      cells,
      loop,
      lag: new LagLedger(cells, loop).reader(),
      view: this.#view,
      stuckMs: 1_000,
      incidents: () => 0,
      kernel: new KernelView(kernelFiles, systemClock, process.pid),
      tcp: new TcpScan(kernelFiles, systemClock, () => portsOf(this.#view.picture)),
    });
    this.#gauge.start();
    this.#beat.start();
    this.#beat.wish(Availability.Online);
    onTestFinished(() => {
      this.#gauge.stop();
      this.#beat.stop();
    });
  }

  /** A picture is taken, as the service does once a second. */
  look(): void {
    const picture = this.#reporter.picture(ServicePhase.Running);
    const servers = [...picture.servers, ...this.strangers];
    // As on its way to the other thread.
    this.#view.accept(structuredClone({ ...picture, servers }));
  }

  render(): Promise<string> {
    return this.#exposition.render();
  }

  async scrape(): Promise<PrometheusSamples> {
    this.look();
    return new PrometheusSamples(await this.render());
  }

  /** As `scrape`, once the kernel's tables were read: on a busy machine that takes longer than a scrape waits. */
  async scrapeSockets(): Promise<PrometheusSamples> {
    let samples = await this.scrape();
    const isRead = (): boolean => samples.has('socket_pool_kernel_tcp_connections');
    await until(async () => {
      if (!isRead()) samples = await this.scrape();
      return isRead();
    }, 'the tables are read');
    return samples;
  }

  /** Of one series, as of now. */
  async value(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const value = (await this.scrape()).value(name, labels);
    if (value === undefined) throw new Error(`no ${name} ${JSON.stringify(labels)}`);
    return value;
  }

  /** Waits until a series has the value. */
  async shows(
    wanted: number,
    name: string,
    labels: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    let last = Number.NaN;
    const what = `${name} ${JSON.stringify(labels)} is ${wanted}`;
    await until(async () => (last = await this.value(name, labels)) === wanted, what).catch(() => {
      throw new Error(`${what}, but it is ${last}`);
    });
  }
}
