import { Availability, ServicePhase } from '../../management.contract.js';
import type { CommandClient } from '../service/command-client.js';
import type { EventIntake } from '../service/event-intake.js';
import type { ServiceCells } from '../service/service-cells.js';
import type { ServiceLoop } from '../service/service-loop.js';
import { availabilityName, type ServiceReport } from '../service/service-report.js';
import type { WorkerClock } from '../worker-clock.js';
import type { DrainWatch } from './drain-watch.js';

/** How long a turning loop may take to see a wish: some beats. */
const APPLY_LIMIT_MS = 500;
const LOOK_INTERVAL_MS = 5;
/** The service gives up waiting for its calls so much earlier than this thread gives up waiting for it. */
const ENFORCEMENT_MARGIN_MS = 3_000;

/** `waits for the loop`: it takes effect when the service's loop goes on. */
export type Effect = 'effective' | 'waits for the loop';

/** How far a wish has come. */
export interface LifecycleReport {
  readonly wanted: ServiceReport['availability'];
  readonly readiness: Effect;
  /** Whether clients were told, and new work is refused. */
  readonly clients: Effect;
  readonly drain: {
    /** Until the process is ended. */
    readonly remainingMs: number;
    readonly isDrained: boolean;
  } | null;
}

export interface LifecycleParts {
  readonly cells: ServiceCells;
  readonly loop: ServiceLoop;
  readonly commands: CommandClient;
  readonly drainWatch: DrainWatch;
  readonly clock: WorkerClock;
  readonly drainLimitMs: number;
  /** Where what was asked for is kept. */
  readonly events: Pick<EventIntake, 'note'>;
}

/**
 * Takes the instance out of service, and puts it back. The wish is put into shared memory, where
 * readiness reads it at once; the service's loop follows with its next beat, however long that takes.
 */
export class Lifecycle {
  constructor(private readonly parts: LifecycleParts) {}

  get isDraining(): boolean {
    return this.isDrainWanted || this.parts.cells.phase >= ServicePhase.Draining;
  }

  /** Not after a drain has begun: there is no way back. */
  async offer(
    availability: typeof Availability.Online | typeof Availability.Offline,
  ): Promise<LifecycleReport> {
    const { cells, events } = this.parts;
    if (cells.wanted !== availability) {
      cells.wish(availability);
      const text = `the instance was wished ${availabilityName(availability)} through the management port`;
      events.note(availabilityName(availability), text);
    }
    await this.untilApplied();
    return this.report();
  }

  async drain(): Promise<LifecycleReport> {
    const { commands, drainWatch, drainLimitMs, events } = this.parts;
    if (!this.isDrainWanted) {
      events.note('draining', 'a drain was asked for through the management port');
      const timeoutMs = Math.max(drainLimitMs - ENFORCEMENT_MARGIN_MS, drainLimitMs / 2);
      // First, as it tells the time limit, which the wish cannot.
      await commands.run({ kind: 'drain', timeoutMs }, APPLY_LIMIT_MS);
      if (!this.isDrainWanted) this.parts.cells.wish(Availability.Draining);
    }
    drainWatch.start();
    return this.report();
  }

  report(): LifecycleReport {
    const { cells, drainWatch } = this.parts;
    const { remainingMs } = drainWatch;
    return {
      wanted: availabilityName(cells.wanted),
      readiness: 'effective',
      clients: cells.isWishApplied ? 'effective' : 'waits for the loop',
      drain:
        remainingMs === undefined
          ? null
          : { remainingMs: Math.round(remainingMs), isDrained: drainWatch.isDrained },
    };
  }

  private get isDrainWanted(): boolean {
    return this.parts.cells.wanted === Availability.Draining;
  }

  private async untilApplied(): Promise<void> {
    const { cells, loop, clock } = this.parts;
    const deadline = clock.now() + APPLY_LIMIT_MS;
    while (!cells.isWishApplied && !loop.isStill && clock.now() < deadline) {
      await new Promise<void>((resolve) => {
        clock.schedule(LOOK_INTERVAL_MS, resolve, true);
      });
    }
  }
}
