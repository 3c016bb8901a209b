import type { ThreadState } from '../kernel/thread-state.js';
import type { WorkerClock } from '../worker-clock.js';
import { silentForMs, stuckSince, type BeatObserver, type BeatReading } from './beat-observer.js';
import type { CapturedStack } from './captured-stack.js';
import type { DiagnosticsLog } from './diagnostics-log.js';
import { describeIncident, describeIncidentEnd, placeOf, type Incident } from './incident.js';

export interface IncidentWatchParts {
  readonly clock: WorkerClock;
  readonly beats: BeatObserver;
  /** Takes the stack of the service's thread; never rejects. */
  readonly capture: () => Promise<CapturedStack>;
  /** The kernel's word on the service's thread; must not throw. */
  readonly readThread: () => ThreadState | undefined;
  readonly log: DiagnosticsLog;
  /** For how long the loop must be silent, in ms; 1000 by default. */
  readonly thresholdMs?: number;
  /** How many incidents are kept; 50 by default. */
  readonly maxIncidents?: number;
}

/** `stuck` holds the incident that lasts, and the beat with which it began. */
type WatchState =
  | { readonly kind: 'well' }
  | { readonly kind: 'stuck'; readonly since: bigint; readonly incident: OpenIncident };

interface OpenIncident {
  readonly id: number;
  readonly startedAt: number;
  durationMs: number;
  isOver: boolean;
  readonly thread: ThreadState | undefined;
  stack: CapturedStack | undefined;
}

const LOOK_INTERVAL_MS = 50;
const DEFAULT_THRESHOLD_MS = 1_000;
const DEFAULT_MAX_INCIDENTS = 50;
const NANOS_PER_MS = 1_000_000;

/**
 * Looks at the heartbeat, and when the loop has been stuck past the threshold keeps, once for each
 * time, where: afterwards it can no longer be found out.
 */
export class IncidentWatch {
  private state: WatchState = { kind: 'well' };
  private readonly incidents: OpenIncident[] = [];
  private lastId = 0;
  private timer: { cancel(): void } | undefined;

  constructor(private readonly parts: IncidentWatchParts) {}

  /** Idempotent. */
  start(): void {
    if (this.timer === undefined) this.scheduleLook();
  }

  /** Idempotent. */
  stop(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }

  /** The newest first, as of now: a loop that goes on has no incident that lasts, seen already or not. */
  list(): Incident[] {
    this.followUp();
    return this.incidents.map(snapshotOf);
  }

  /** The one that lasts. */
  get current(): Incident | undefined {
    this.followUp();
    return this.state.kind === 'stuck' ? snapshotOf(this.state.incident) : undefined;
  }

  private scheduleLook(): void {
    this.timer = this.parts.clock.schedule(LOOK_INTERVAL_MS, () => {
      this.scheduleLook();
      this.look(this.parts.beats.look());
    });
  }

  private look(reading: BeatReading): void {
    this.followUp(reading);
    const since = stuckSince(reading, this.parts.thresholdMs ?? DEFAULT_THRESHOLD_MS);
    if (since !== undefined && this.state.kind === 'well') this.open(since, reading);
  }

  private followUp(reading = this.parts.beats.reading()): void {
    if (this.state.kind === 'stuck') this.follow(this.state, reading);
  }

  private follow(state: WatchState & { kind: 'stuck' }, reading: BeatReading): void {
    const { incident, since } = state;
    if (reading.beatAt === since) {
      incident.durationMs = silentForMs(reading) ?? 0;
      return;
    }
    incident.durationMs = Number(reading.beatAt - since) / NANOS_PER_MS;
    incident.isOver = true;
    this.state = { kind: 'well' };
    this.parts.log.warn(describeIncidentEnd(snapshotOf(incident)));
  }

  private open(since: bigint, reading: BeatReading): void {
    const durationMs = silentForMs(reading) ?? 0;
    const incident: OpenIncident = {
      id: ++this.lastId,
      startedAt: this.parts.clock.wallNow() - durationMs,
      durationMs,
      isOver: false,
      thread: this.parts.readThread(),
      stack: undefined,
    };
    this.state = { kind: 'stuck', since, incident };
    this.incidents.unshift(incident);
    this.incidents.splice(this.parts.maxIncidents ?? DEFAULT_MAX_INCIDENTS);
    void this.locate(incident, since);
  }

  private async locate(incident: OpenIncident, since: bigint): Promise<void> {
    const stack = await this.parts.capture();
    const reading = this.parts.beats.reading();
    // A loop that went on meanwhile was caught somewhere else.
    if (reading.beatAt !== since) return;
    incident.stack = stack;
    incident.durationMs = silentForMs(reading) ?? incident.durationMs;
    this.parts.log.warn(describeIncident(snapshotOf(incident)));
  }
}

function snapshotOf(incident: OpenIncident): Incident {
  return Object.freeze({ ...incident, where: placeOf(incident) });
}
