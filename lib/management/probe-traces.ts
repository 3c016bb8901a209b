import type { AcceptorSnapshot, CloseCounts } from '../metrics/snapshot.js';

/** What is read of a server's `connectionOpened`. */
interface Opened {
  readonly connectionId: number;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** What is read of a server's `connectionClosed`. */
interface Closed {
  readonly connectionId?: number | undefined;
  readonly reason: { readonly by: 'us' | 'peer'; readonly cause: string };
}

/** How management's own connections name themselves in their hello, under `client`. */
export function isProbe({ metadata }: Pick<Opened, 'metadata'>, probeName: string): boolean {
  return metadata?.client === probeName;
}

/**
 * The connections that management itself makes to one server, to find out whether it accepts: they are no
 * clients, and stand neither among the events nor in the counts. One that was turned away, or ended before
 * its hello, is not known for what it is, and counts.
 */
export class ProbeTraces {
  private readonly open = new Set<number>();
  private opened = 0;
  private accepted = 0;
  private readonly closes = { us: new Map<string, number>(), peer: new Map<string, number>() };

  /** @param probeName drawn by this process, and told to nobody: no client hides behind it by accident */
  constructor(private readonly probeName: string) {}

  /** Takes note of an event of the server. @returns whether it is about a connection of management's own */
  notes(name: string, event: object): boolean {
    if (name === 'connectionOpened') return this.notesOpened(event as Opened);
    return name === 'connectionClosed' && this.notesClosed(event as Closed);
  }

  /** The picture of the server, as if it had not been probed. */
  without<Snapshot extends AcceptorSnapshot>(snapshot: Snapshot): Snapshot {
    // A probe that has not said hello yet is in the count: it may not go down when it has.
    this.accepted = Math.max(this.accepted, snapshot.accepted - this.opened);
    return {
      ...snapshot,
      accepted: this.accepted,
      connections: snapshot.connections.filter(({ id }) => !this.open.has(id)),
      closes: this.closesOf(snapshot.closes),
    };
  }

  private notesOpened(event: Opened): boolean {
    if (!isProbe(event, this.probeName)) return false;
    this.open.add(event.connectionId);
    this.opened++;
    return true;
  }

  private notesClosed({ connectionId, reason: { by, cause } }: Closed): boolean {
    if (connectionId === undefined || !this.open.delete(connectionId)) return false;
    const counts = this.closes[by];
    counts.set(cause, (counts.get(cause) ?? 0) + 1);
    return true;
  }

  private closesOf({ active, passive }: CloseCounts): CloseCounts {
    const { us, peer } = this.closes;
    return { active: less(active, us), passive: less(passive, peer) };
  }
}

function less<Counts extends Readonly<Record<string, number>>>(
  counts: Counts,
  own: ReadonlyMap<string, number>,
): Counts {
  if (own.size === 0) return counts;
  const entries = Object.entries(counts).map(([cause, count]) => [
    cause,
    count - (own.get(cause) ?? 0),
  ]);
  return Object.fromEntries(entries) as Counts;
}
