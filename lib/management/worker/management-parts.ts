import { hrtime } from 'node:process';
import type { Clock } from '../../common/clock.js';
import type { ToManagement, ThreadSetup, WorkerOptions } from '../management.contract.js';
import { Redactor } from './access/redactor.js';
import { AdviceBoard } from './diagnosis/advice-board.js';
import { HeapReader } from './diagnosis/heap-report.js';
import { BeatObserver } from './diagnostics/beat-observer.js';
import { CpuProfiler } from './diagnostics/cpu-profiler.js';
import { FlightRecorder } from './diagnostics/flight-recorder.js';
import { IncidentWatch } from './diagnostics/incident-watch.js';
import { MainThreadSession } from './diagnostics/main-thread-session.js';
import { StackCapture } from './diagnostics/stack-capture.js';
import { kernelFiles } from './kernel/kernel-files.js';
import { readKernelSettings } from './kernel/kernel-settings.js';
import { readThreadState } from './kernel/thread-state.js';
import { DrainWatch } from './lifecycle/drain-watch.js';
import { Lifecycle } from './lifecycle/lifecycle.js';
import { endProcess } from './lifecycle/process-end.js';
import type { ManagementLog } from './management-log.js';
import { CommandClient } from './service/command-client.js';
import { EventIntake } from './service/event-intake.js';
import { LagLedger } from './service/lag-ledger.js';
import { PictureRefresh } from './service/picture-refresh.js';
import { ServiceCells } from './service/service-cells.js';
import type { ServiceLink } from './service/service-link.js';
import { ServiceLoop } from './service/service-loop.js';
import { ServiceReporter } from './service/service-report.js';
import { ServiceView } from './service/service-view.js';

/** Descriptors that the management port may hold, and how many may wait for it. */
const MANAGEMENT_DEMAND = { name: 'management', backlog: 511, maxConnections: 256 };

const sharedTime = (): bigint => hrtime.bigint();

export interface ManagementSetup {
  readonly data: ThreadSetup;
  readonly link: ServiceLink;
  readonly clock: Clock;
  readonly log: ManagementLog;
}

/** Everything but HTTP: what management knows of the service, and can do with it. */
export class ManagementParts {
  readonly options: WorkerOptions;
  readonly clock: Clock;
  readonly probeName: string;
  readonly cells: ServiceCells;
  readonly view: ServiceView;
  readonly loop: ServiceLoop;
  readonly lag: LagLedger;
  readonly commands: CommandClient;
  readonly refresh: PictureRefresh;
  readonly reporter: ServiceReporter;
  readonly recorder: FlightRecorder;
  readonly events: EventIntake;
  readonly stack: StackCapture;
  readonly incidents: IncidentWatch;
  readonly profiler: CpuProfiler;
  readonly heap: HeapReader;
  readonly advice: AdviceBoard;
  readonly drainWatch: DrainWatch;
  readonly lifecycle: Lifecycle;
  readonly redactor: Redactor;

  constructor(private readonly setup: ManagementSetup) {
    const { data, clock, log, link } = setup;
    const { options, pid } = data;
    const { diagnosis, drain } = options;
    const openSession = (): Promise<MainThreadSession> => MainThreadSession.open(clock);
    const thread = { threadId: pid, architecture: process.arch };
    const readThread = () => readThreadState(kernelFiles, thread);
    const capture = () => this.stack.capture();
    this.options = options;
    this.probeName = data.probeName;
    this.clock = clock;
    this.cells = new ServiceCells(data.shared);
    const beats = new BeatObserver(this.cells.cells, sharedTime);
    this.view = new ServiceView(clock);
    this.loop = new ServiceLoop(beats, clock);
    this.lag = new LagLedger(this.cells, this.loop);
    this.commands = new CommandClient(link, this.loop);
    this.refresh = new PictureRefresh(this.commands, this.view);
    this.reporter = new ServiceReporter(this);
    this.recorder = new FlightRecorder(diagnosis.maxEvents);
    this.events = new EventIntake(this.recorder, clock);
    const isBeating = (): boolean => beats.isBeating;
    this.stack = new StackCapture({ clock, openSession, readThread, isBeating });
    this.incidents = new IncidentWatch({
      ...{ clock, beats, capture, readThread, log },
      thresholdMs: diagnosis.incidentMs,
      maxIncidents: diagnosis.maxIncidents,
    });
    this.profiler = new CpuProfiler(openSession, clock);
    this.heap = new HeapReader({ clock, openSession, loop: this.loop, view: this.view });
    const management = { ...MANAGEMENT_DEMAND, port: options.port };
    const readSettings = () => readKernelSettings(kernelFiles);
    this.advice = new AdviceBoard({ readSettings, management, log });
    const { cells, view, loop, commands } = this;
    const watched = { cells, view, loop, clock, sharedTime };
    this.drainWatch = new DrainWatch({ ...watched, drain, capture, endProcess, log });
    const { drainWatch } = this;
    const { events } = this;
    const drainLimitMs = drain.limitMs;
    this.lifecycle = new Lifecycle({
      ...{ cells, loop, commands, drainWatch, clock, events, drainLimitMs },
    });
    this.redactor = new Redactor([options.token, options.readToken], process.env);
  }

  start(): void {
    this.view.onPicture((picture) => this.advice.onPicture(picture));
    // In one thread there is nobody to look: a loop that is stuck watches nothing.
    if (this.options.isolation === 'thread') this.incidents.start();
    this.drainWatch.resume();
  }

  stop(): void {
    this.incidents.stop();
    this.drainWatch.stop();
  }

  /** Must not throw. */
  receive(message: Exclude<ToManagement, { type: 'close' }>): void {
    switch (message.type) {
      case 'picture':
        return this.view.accept(message.picture);
      case 'events':
        return this.events.accept(message.events);
      case 'answer':
        return this.commands.receive(message);
    }
  }
}
