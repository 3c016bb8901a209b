const SLOTS = 4096;
const MASK = SLOTS - 1;

/**
 * The streams of one connection by their id. Ids only grow, so the low bits of an id are its slot and
 * nearly every look-up is an array access; a stream that outlives its slot's turn pushes the newcomer
 * into a map.
 */
export class StreamTable<Stream extends { readonly streamId: number }> {
  readonly #slots: (Stream | undefined)[] = [];
  readonly #overflow = new Map<number, Stream>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(stream: Stream): void {
    const slot = stream.streamId & MASK;
    // The slots are filled in order, so that the array stays packed and no larger than was needed.
    if (slot >= this.#slots.length) this.#extend(slot);
    if (this.#slots[slot] === undefined) this.#slots[slot] = stream;
    else this.#overflow.set(stream.streamId, stream);
    this.#size++;
  }

  get(streamId: number): Stream | undefined {
    const stream = this.#slots[streamId & MASK];
    if (stream !== undefined && stream.streamId === streamId) return stream;
    return this.#overflow.size === 0 ? undefined : this.#overflow.get(streamId);
  }

  /** @returns the stream that was there */
  remove(streamId: number): Stream | undefined {
    const slot = streamId & MASK;
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
    this.#slots.length = 0;
    this.#overflow.clear();
    this.#size = 0;
    return streams;
  }

  /** All streams, oldest first. */
  values(): Stream[] {
    const slotted = this.#slots.filter((stream) => stream !== undefined);
    return [...slotted, ...this.#overflow.values()].sort((a, b) => a.streamId - b.streamId);
  }

  #removeOverflow(streamId: number): Stream | undefined {
    const stream = this.#overflow.get(streamId);
    if (stream === undefined) return undefined;
    this.#overflow.delete(streamId);
    this.#size--;
    return stream;
  }

  #extend(slot: number): void {
    while (this.#slots.length <= slot) this.#slots.push(undefined);
  }
}
