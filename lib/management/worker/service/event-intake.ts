import type { RecordedEvent } from '../../management.contract.js';
import type { FlightRecorder } from '../diagnostics/flight-recorder.js';
import type { WorkerClock } from '../worker-clock.js';

/** Under which management's own doings stand among the events. */
const OWN_SOURCE = 'management';

/** Events on their way into the flight recorder: those of the service, and management's own. */
export class EventIntake {
  /** Of the last event, in milliseconds since the Unix epoch. */
  lastEventAt: number | null = null;

  constructor(
    private readonly recorder: Pick<FlightRecorder, 'record'>,
    private readonly clock: WorkerClock,
  ) {}

  accept(events: readonly RecordedEvent[]): void {
    for (const event of events) {
      this.recorder.record(event);
      this.lastEventAt = event.at;
    }
  }

  note(name: string, text: string): void {
    this.accept([{ at: this.clock.wallNow(), source: OWN_SOURCE, name, text }]);
  }
}
