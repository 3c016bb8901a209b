import {
  parseLinkAddress,
  formatLinkAddress,
  type LinkAddress,
} from '../../../link/link-address.js';
import type { ServiceLoop } from '../service/service-loop.js';
import type { WorkerClock } from '../worker-clock.js';
import { dialTargets } from './dial-targets.js';
import type { RoundTrip } from './round-trip.js';

/** Round trips that are remembered: for the addresses of the servers, of which there are few. */
const MAX_ADDRESSES = 64;

interface Entry {
  last: RoundTrip | undefined;
  endedAt: number;
  running: Promise<RoundTrip> | undefined;
}

export interface RoundTripCacheParts {
  readonly loop: ServiceLoop;
  readonly clock: WorkerClock;
  /** For how long a round trip is used again, in ms. */
  readonly cacheMs: number;
  readonly timeoutMs: number;
  /** Never rejects, and keeps to its limit. */
  readonly roundTrip: (target: LinkAddress, timeoutMs: number) => Promise<RoundTrip>;
}

/**
 * However many probes ask, the service's port is dialed at most once at a time, and once in `cacheMs`. While
 * the loop stands still it is not dialed at all: it would find the connections of all those probes waiting
 * for it. Then the last verdict holds for as long as an answer might have come.
 */
export class RoundTripCache {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly parts: RoundTripCacheParts) {}

  /** @param address of the listener, as in the picture */
  async ask(address: string): Promise<RoundTrip> {
    const { clock, loop, cacheMs, timeoutMs } = this.parts;
    const entry = this.entryOf(address);
    if (entry.last !== undefined && clock.now() - entry.endedAt < cacheMs) return entry.last;
    if (loop.isStill) return this.pending(entry.last);
    entry.running ??= this.run(address, entry);
    const outcome = await loop.waitFor(entry.running, timeoutMs + cacheMs);
    return outcome.kind === 'done' ? outcome.value : this.pending(entry.last);
  }

  private pending(last: RoundTrip | undefined): RoundTrip {
    const { loop, timeoutMs } = this.parts;
    const { silentMs } = loop;
    const message = `not answered, as the loop has not turned for ${Math.round(silentMs)} ms`;
    if (last === undefined || silentMs > timeoutMs) return { status: 'down', message };
    return { ...last, message };
  }

  private run(address: string, entry: Entry): Promise<RoundTrip> {
    const { roundTrip, timeoutMs, clock } = this.parts;
    const targets = dialTargets(address);
    const trips = targets.map((target) => roundTrip(target, timeoutMs));
    return best(trips, address).then((result) => {
      entry.last = result;
      entry.endedAt = clock.now();
      entry.running = undefined;
      return result;
    });
  }

  private entryOf(address: string): Entry {
    const known = this.entries.get(address);
    if (known !== undefined) return known;
    const [oldest] = this.entries.keys();
    if (this.entries.size >= MAX_ADDRESSES && oldest !== undefined) this.entries.delete(oldest);
    const entry: Entry = { last: undefined, endedAt: 0, running: undefined };
    this.entries.set(address, entry);
    return entry;
  }
}

/** Of a listener at a name it is not known which address it has: the first that answers. */
function best(trips: readonly Promise<RoundTrip>[], address: string): Promise<RoundTrip> {
  const [first, ...others] = trips;
  if (first === undefined)
    return Promise.resolve({ status: 'down', message: `${printable(address)} cannot be dialed` });
  if (others.length === 0) return first;
  const answered = trips.map(async (trip) => {
    const result = await trip;
    if (result.status === 'down') throw new Error(result.message);
    return result;
  });
  return Promise.any(answered).catch(() => first);
}

function printable(address: string): string {
  const parsed = parseLinkAddress(address, 'listen');
  return typeof parsed === 'string' ? 'its address' : formatLinkAddress(parsed);
}
