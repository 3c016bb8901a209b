/** How long what is known holds, in ms; it is forgotten after one to two of these. */
const SPAN_MS = 10_000;
/** Kinds above this number are not watched: peers can make up names. */
const MAX_KINDS = 1_000;

interface Floor {
  /** Of this span, and of the one before. */
  current: number;
  previous: number;
  endsAt: number;
}

/**
 * How long work of each kind took at the least, lately. Who has less time left than that has no chance. The
 * least and not the mean: what is refused for it would have been late in any case. What is not seen for a
 * while is forgotten, so that it is tried again.
 */
export class ServiceFloor {
  readonly #floors = new Map<string, Floor>();

  /** @returns ms; 0 when nothing is known */
  of(kind: string, now: number): number {
    const floor = this.#floors.get(kind);
    if (floor === undefined) return 0;
    if (now >= floor.endsAt) turn(floor, now);
    const least = Math.min(floor.current, floor.previous);
    return least === Infinity ? 0 : least;
  }

  took(kind: string, ms: number, now: number): void {
    const floor = this.#floors.get(kind) ?? this.#add(kind, now);
    if (floor === undefined) return;
    if (now >= floor.endsAt) turn(floor, now);
    if (ms < floor.current) floor.current = ms;
  }

  #add(kind: string, now: number): Floor | undefined {
    if (this.#floors.size >= MAX_KINDS) return undefined;
    const floor = { current: Infinity, previous: Infinity, endsAt: now + SPAN_MS };
    this.#floors.set(kind, floor);
    return floor;
  }
}

function turn(floor: Floor, now: number): void {
  floor.previous = now < floor.endsAt + SPAN_MS ? floor.current : Infinity;
  floor.current = Infinity;
  floor.endsAt = now + SPAN_MS;
}
