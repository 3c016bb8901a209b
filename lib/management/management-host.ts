import type { Clock, Timer } from '../common/clock.js';
import { systemSharedTime } from '../common/clock.js';
import type { Random } from '../common/random.js';
import { randomInteger } from '../common/random.js';
import { messageOf, SocketPoolError } from '../errors/socket-pool-error.js';
import { BeaconAnnouncer } from './beacon-announcer.js';
import { CommandRunner } from './command-runner.js';
import { EventRecorder } from './event-recorder.js';
import { InlineManagement } from './inline-management.js';
import type { IndicatorBoard } from './indicator-board.js';
import type { ManagedService } from './managed-service.js';
import type { ManagementOptions } from './management-options.js';
import type { ManagementPartner, ManagementThreadOwner } from './management-thread.js';
import { ManagementThread } from './management-thread.js';
import type { ServicePicture, ToManagement, ToService } from './management.contract.js';
import { Availability, CONTRACT_VERSION, ServicePhase } from './management.contract.js';
import { ProcessGauge } from './process-gauge.js';
import { ServiceAvailability } from './service-availability.js';
import { ServiceBeat } from './service-beat.js';
import { numbersOf, ServiceReporter } from './service-reporter.js';

/** How often a picture of the service goes to the management thread, in ms. */
const PICTURE_INTERVAL_MS = 1_000;

export interface ManagementHostParts {
  readonly options: ManagementOptions;
  readonly service: ManagedService;
  readonly indicators: IndicatorBoard;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: { info(text: string): void; warn(text: string): void };
}

/** The service's side of management: beats, pictures, events and commands. */
export class ManagementHost implements ManagementThreadOwner {
  private readonly thread: ManagementPartner;
  private readonly beat: ServiceBeat;
  private readonly availability: ServiceAvailability;
  private readonly reporter: ServiceReporter;
  private readonly commands: CommandRunner;
  private readonly gauge = new ProcessGauge();
  private readonly recorder: EventRecorder;
  private readonly beacon: BeaconAnnouncer;
  private timer: Timer | undefined;
  /** Where the management port listens, once it does. */
  address: string | undefined;

  constructor(private readonly parts: ManagementHostParts) {
    const { options, service, clock, random, indicators } = parts;
    this.beat = new ServiceBeat(
      clock,
      systemSharedTime,
      (wish, sequence) => void this.availability.apply(wish, sequence),
    );
    this.availability = new ServiceAvailability(service, this.beat);
    const probeName = `management-probe-${randomInteger(random, Number.MAX_SAFE_INTEGER)}`;
    this.recorder = new EventRecorder(clock, service, probeName, () => this.onServerDraining());
    const { gauge, recorder } = this;
    this.reporter = new ServiceReporter(clock, service, { indicators, gauge, recorder });
    this.commands = new CommandRunner(service, {
      picture: () => this.picture(),
      drain: (timeoutMs) => void this.availability.want(Availability.Draining, timeoutMs),
    });
    this.beacon = new BeaconAnnouncer(service, options.beacon, random);
    const { shared } = this.beat;
    const known = { probeName, beaconId: this.beacon.id };
    const data = { version: CONTRACT_VERSION, shared, pid: process.pid, ...known, options };
    this.thread =
      options.isolation === 'inline'
        ? new InlineManagement(data, this)
        : new ManagementThread(data, { clock, random }, this);
  }

  get state(): Availability {
    return this.availability.state;
  }

  /** @throws Error when the management port cannot be opened */
  async start(): Promise<void> {
    this.gauge.start();
    this.beat.start();
    this.address = await this.thread.start();
    this.report();
  }

  /** The service has started: its indicators can be asked, and it may be ready. */
  bootstrapped(): void {
    this.parts.indicators.start();
    this.beat.enter(ServicePhase.Running);
    this.send();
  }

  /** Takes the instance offline, puts it back online, or drains it; resolves when that is done. */
  want(availability: Availability, drainTimeoutMs?: number): Promise<void> {
    return this.availability.want(availability, drainTimeoutMs);
  }

  /**
   * Readiness fails from now on; the orchestrator is given `drain.pauseMs` to notice; then the servers drain,
   * before any provider is destroyed. After a drain by wish it is noticed already.
   */
  async announceEnd(): Promise<void> {
    const { clock, options } = this.parts;
    const { pauseMs } = options.drain;
    const isNoticed = this.beat.phase >= ServicePhase.Draining;
    this.beat.enter(ServicePhase.Draining);
    this.send();
    if (!isNoticed && pauseMs > 0)
      await new Promise<void>((resolve) => void clock.schedule(pauseMs, resolve, true));
    await this.drainServers();
  }

  /** As with `app.close()` of a microservice, when Nest closes the server before it tells anybody. */
  private onServerDraining(): void {
    const states = this.parts.service.servers().map((server) => server.snapshot().state);
    if (states.includes('listening') || states.includes('idle')) return;
    this.beat.enter(ServicePhase.Draining);
    this.send();
  }

  private async drainServers(): Promise<void> {
    for (const result of await Promise.allSettled(
      this.parts.service.servers().map((server) => server.drain()),
    )) {
      if (result.status === 'rejected')
        this.parts.log.warn(`a server could not be drained: ${messageOf(result.reason)}`);
    }
  }

  async close(): Promise<void> {
    this.beat.enter(ServicePhase.Stopped);
    this.timer?.cancel();
    this.parts.indicators.stop();
    this.recorder.stop();
    await this.thread.close();
    this.beat.stop();
    this.gauge.stop();
  }

  onReady(address: string, beaconPort?: number): void {
    this.address = address;
    this.beacon.moved(beaconPort);
    this.parts.log.info(`management listens at ${address}`);
    this.send();
  }

  onDied(reason: string, respawnInMs: number): void {
    this.beacon.moved(undefined);
    this.parts.log.warn(
      `the management thread died (${reason}); it is started again in ${Math.round(respawnInMs)} ms`,
    );
  }

  onMessage(message: ToService): void {
    if (message.type === 'command')
      this.post(this.answer(message.id, () => this.commands.run(message.command)));
  }

  private answer(id: number, run: () => unknown): ToManagement {
    try {
      return { type: 'answer', id, ok: true, value: run() };
    } catch (error) {
      const code = error instanceof SocketPoolError ? error.code : 'INTERNAL_ERROR';
      return { type: 'answer', id, ok: false, code, message: messageOf(error) };
    }
  }

  private report(): void {
    this.send();
    this.timer = this.parts.clock.schedule(PICTURE_INTERVAL_MS, () => this.report());
  }

  private send(): void {
    this.availability.applyToNewcomers();
    this.beacon.announce();
    const picture = this.picture();
    this.beat.report(numbersOf(picture));
    this.post({ type: 'picture', picture });
    const events = this.recorder.take();
    if (events.length > 0) this.post({ type: 'events', events });
  }

  private picture(): ServicePicture {
    // Before the worker can know of a server, and probe it.
    this.recorder.listenToNewcomers();
    return this.reporter.picture(this.beat.phase);
  }

  private post(message: ToManagement): void {
    this.thread.post(message);
  }
}
