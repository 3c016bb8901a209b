/** Powers of two, because the low bits of an id are its slot. */
const MIN_SLOTS = 64;
const MAX_SLOTS = 4096;
const GROWTH = 4;

/**
 * The streams of one connection by their id. Ids only grow, so the low bits of an id are its slot and
 * nearly every look-up is an array access. A stream that outlives its slot's turn pushes the newcomer
 * into a map; when that happens because many are in flight, there are made more slots. A quiet
 * connection, of which a server may hold thousands, keeps a small table.
 */
export class StreamTable<Stream extends { readonly streamId: number }> {
  #slots: (Stream | undefined)[] = emptySlots<Stream>(MIN_SLOTS);
  #mask = MIN_SLOTS - 1;
  readonly #overflow = new Map<number, Stream>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(stream: Stream): void {
    const slot = stream.streamId & this.#mask;
    this.#size++;
    if (this.#slots[slot] === undefined) this.#slots[slot] = stream;
    else this.#addCrowded(stream);
  }

  get(streamId: number): Stream | undefined {
    const stream = this.#slots[streamId & this.#mask];
    if (stream !== undefined && stream.streamId === streamId) return stream;
    return this.#overflow.size === 0 ? undefined : this.#overflow.get(streamId);
  }

  /** @returns the stream that was there */
  remove(streamId: number): Stream | undefined {
    const slot = streamId & this.#mask;
    const stream = this.#slots[slot];
    if (stream !== undefined && stream.streamId === streamId) {
      this.#slots[slot] = undefined;
      this.#size--;
      return stream;
    }
    return this.#overflow.size === 0 ? undefined : this.#removeOverflow(streamId);
  }

  /** Empties the table and returns what was in it, oldest first. */
  takeAll(): Stream[] {
    const streams = this.values();
    this.#slots = emptySlots(MIN_SLOTS);
    this.#mask = MIN_SLOTS - 1;
    this.#overflow.clear();
    this.#size = 0;
    return streams;
  }

  /** All streams, oldest first. */
  values(): Stream[] {
    const slotted = this.#slots.filter((stream) => stream !== undefined);
    return [...slotted, ...this.#overflow.values()].sort((a, b) => a.streamId - b.streamId);
  }

  /** The slot is taken: by one of many, so that more slots help, or by a single one that lives long. */
  #addCrowded(stream: Stream): void {
    this.#overflow.set(stream.streamId, stream);
    if (this.#slots.length < MAX_SLOTS && this.#size > this.#slots.length / 2) this.#grow();
  }

  #grow(): void {
    const streams = [...this.#slots, ...this.#overflow.values()];
    this.#slots = emptySlots(Math.min(this.#slots.length * GROWTH, MAX_SLOTS));
    this.#mask = this.#slots.length - 1;
    this.#overflow.clear();
    for (const stream of streams) {
      if (stream === undefined) continue;
      const slot = stream.streamId & this.#mask;
      if (this.#slots[slot] === undefined) this.#slots[slot] = stream;
      else this.#overflow.set(stream.streamId, stream);
    }
  }

  #removeOverflow(streamId: number): Stream | undefined {
    const stream = this.#overflow.get(streamId);
    if (stream === undefined) return undefined;
    this.#overflow.delete(streamId);
    this.#size--;
    return stream;
  }
}

function emptySlots<Stream>(count: number): (Stream | undefined)[] {
  return Array.from({ length: count }, () => undefined);
}
