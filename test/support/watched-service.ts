import type { ServicePicture } from '../../lib/management/management.contract.js';
import {
  BEAT_INTERVAL_MS,
  SHARED_CELLS,
  SharedCell,
  ServicePhase,
} from '../../lib/management/management.contract.js';
import { BeatObserver } from '../../lib/management/worker/diagnostics/beat-observer.js';
import { ServiceCells } from '../../lib/management/worker/service/service-cells.js';
import { ServiceLoop } from '../../lib/management/worker/service/service-loop.js';
import { ServiceView } from '../../lib/management/worker/service/service-view.js';
import { ManualClock } from './manual-clock.js';

const NANOS_PER_MS = 1e6;

/** A service that is watched through shared memory and pictures; its loop beats only when told to. */
export class WatchedService {
  readonly clock = new ManualClock();
  readonly cells = new ServiceCells(new SharedArrayBuffer(SHARED_CELLS * 8));
  readonly sharedTime = (): bigint => BigInt(Math.round(this.clock.now() * NANOS_PER_MS));
  readonly beats = new BeatObserver(this.cells.cells, this.sharedTime);
  readonly loop = new ServiceLoop(this.beats, this.clock);
  readonly view = new ServiceView(this.clock);

  constructor(phase: ServicePhase = ServicePhase.Running) {
    this.enter(phase);
    this.beat();
  }

  enter(phase: ServicePhase): void {
    this.write(SharedCell.Phase, phase);
  }

  write(cell: number, value: number): void {
    Atomics.store(this.cells.cells, cell, BigInt(value));
  }

  /** The loop has seen the last wish. */
  applyWish(): void {
    this.write(SharedCell.AppliedWish, this.cells.wishSequence);
  }

  beat(): void {
    Atomics.store(this.cells.cells, SharedCell.BeatAt, this.sharedTime());
  }

  /** Time passes while the loop turns. */
  async turn(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += BEAT_INTERVAL_MS) {
      this.beat();
      await this.pass(Math.min(BEAT_INTERVAL_MS, ms - passed));
    }
    this.beat();
  }

  /** Time passes while the loop stands still; this thread goes on looking. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += BEAT_INTERVAL_MS) {
      this.beats.look();
      await this.clock.advanceAsync(Math.min(BEAT_INTERVAL_MS, ms - passed));
    }
  }

  picture(changes: Partial<ServicePicture> = {}): ServicePicture {
    return {
      takenAt: this.clock.wallNow(),
      phase: ServicePhase.Running,
      pools: [],
      servers: [],
      http: null,
      indicators: [],
      process: {
        ...{ pid: 1, uptimeMs: 1, cpuUserMicros: 1, cpuSystemMicros: 1, heapUsedBytes: 1 },
        ...{ heapTotalBytes: 2, externalBytes: 1, rssBytes: 1, eventLoopUtilization: 0.1 },
        ...{ gcCount: 0, gcMs: 0 },
      },
      ...changes,
    };
  }

  show(changes: Partial<ServicePicture> = {}): void {
    this.view.accept(this.picture(changes));
  }
}
