import type { RecordedEvent } from '../../management.contract.js';

const DEFAULT_PER_SOURCE = 200;
const MAX_SOURCES = 256;
const MAX_TEXT_LENGTH = 500;

/** The last events of one source, the oldest overwritten by the newest. */
class EventRing {
  private readonly events: RecordedEvent[] = [];
  private next = 0;

  constructor(private readonly capacity: number) {}

  add(event: RecordedEvent): void {
    this.events[this.next] = event;
    this.next = (this.next + 1) % this.capacity;
  }

  /** The oldest first. */
  list(): RecordedEvent[] {
    return [...this.events.slice(this.next), ...this.events.slice(0, this.next)];
  }
}

/**
 * The last connection events of each pool and server: what happened shortly before is what one wants to
 * know afterwards. A source that has many events does not push out those of another.
 */
export class FlightRecorder {
  /** In the order in which sources last had an event, so that the one silent for longest goes first. */
  private readonly rings = new Map<string, EventRing>();

  /** @param perSource how many events are kept of each source, 1 or more; 200 by default. */
  constructor(private readonly perSource = DEFAULT_PER_SOURCE) {
    if (!Number.isInteger(perSource) || perSource < 1)
      throw new RangeError(`perSource: ${perSource} is no whole number of 1 or more`);
  }

  record(event: RecordedEvent): void {
    const { source } = event;
    const ring = this.rings.get(source) ?? new EventRing(this.perSource);
    this.rings.delete(source);
    this.rings.set(source, ring);
    ring.add(shortened(event));
    if (this.rings.size > MAX_SOURCES) this.forgetOldestSource();
  }

  get sources(): string[] {
    return [...this.rings.keys()].sort();
  }

  /** The events of one source, or of all, the oldest first; the last `limit` of them. */
  list(source?: string, limit = Number.POSITIVE_INFINITY): RecordedEvent[] {
    const rings = source === undefined ? [...this.rings.values()] : [this.rings.get(source)];
    const events = rings.flatMap((ring) => ring?.list() ?? []);
    events.sort((a, b) => a.at - b.at);
    return events.slice(Math.max(events.length - limit, 0));
  }

  private forgetOldestSource(): void {
    const [oldest] = this.rings.keys();
    this.rings.delete(oldest);
  }
}

function shortened(event: RecordedEvent): RecordedEvent {
  if (event.text.length <= MAX_TEXT_LENGTH) return event;
  return { ...event, text: `${event.text.slice(0, MAX_TEXT_LENGTH)}…` };
}
