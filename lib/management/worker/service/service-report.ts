import type { WorkerOptions } from '../../management.contract.js';
import { Availability, ServicePhase } from '../../management.contract.js';
import type { WorkerClock } from '../worker-clock.js';
import type { ServiceCells } from './service-cells.js';
import type { ServiceLoop } from './service-loop.js';
import type { ServiceView } from './service-view.js';

const PHASES = {
  [ServicePhase.Starting]: 'starting',
  [ServicePhase.Running]: 'running',
  [ServicePhase.Draining]: 'draining',
  [ServicePhase.Stopped]: 'stopped',
} as const;

const AVAILABILITIES = {
  [Availability.Online]: 'online',
  [Availability.Offline]: 'offline',
  [Availability.Draining]: 'draining',
} as const;

const NOT_ISOLATED =
  'management runs in the service’s own thread: it is stuck whenever the service is';

/** How the service stands, in every answer. All of it is known without the service's loop. */
export interface ServiceReport {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly phase: (typeof PHASES)[ServicePhase];
  /** What is wanted of it. */
  readonly availability: (typeof AVAILABILITIES)[Availability];
  /** Whether its loop has taken that up. */
  readonly isAvailabilityApplied: boolean;
  /** For how long its loop has not turned, in ms. A few are usual. */
  readonly silentMs: number;
  /** Milliseconds since the Unix epoch; `null` when the loop is not stuck. */
  readonly stuckSince: number | null;
  readonly isolation: WorkerOptions['isolation'];
  /** What to know about the answer. */
  readonly notice?: string;
  /** How old everything is that is not in this report; `null` when nothing is known yet. */
  readonly picture: { readonly takenAt: number; readonly ageMs: number } | null;
}

export function phaseName(phase: ServicePhase): ServiceReport['phase'] {
  return PHASES[phase];
}

export function availabilityName(availability: Availability): ServiceReport['availability'] {
  return AVAILABILITIES[availability];
}

export interface ServiceReporterParts {
  readonly cells: ServiceCells;
  readonly loop: ServiceLoop;
  readonly view: ServiceView;
  readonly clock: WorkerClock;
  readonly options: WorkerOptions;
}

/** Makes the report that every answer carries. */
export class ServiceReporter {
  constructor(private readonly parts: ServiceReporterParts) {}

  report(): ServiceReport {
    const { cells, loop, clock, options } = this.parts;
    const at = clock.wallNow();
    const silentMs = Math.round(loop.silentMs);
    const isStuck = silentMs > options.diagnosis.incidentMs;
    return {
      at,
      phase: phaseName(cells.phase),
      availability: availabilityName(cells.wanted),
      isAvailabilityApplied: cells.isWishApplied,
      silentMs,
      stuckSince: isStuck ? at - silentMs : null,
      isolation: options.isolation,
      ...(options.isolation === 'inline' && { notice: NOT_ISOLATED }),
      picture: this.pictureAge(),
    };
  }

  private pictureAge(): ServiceReport['picture'] {
    const { picture, ageMs } = this.parts.view;
    if (picture === undefined || ageMs === undefined) return null;
    return { takenAt: picture.takenAt, ageMs: Math.round(ageMs) };
  }
}
