/** The longest text of an id that is kept while a handler runs; that of a stock client has 21 characters. */
const MAX_ID_LENGTH = 1024;

/**
 * The ids of the packets that wait for an answer. A peer may choose any JSON as an id and gets it back
 * as it came; within this process a stream has a number.
 */
export class PacketIds {
  readonly #ids = new Map<number, unknown>();

  get size(): number {
    return this.#ids.size;
  }

  /** @throws RangeError when the id is too long */
  open(streamId: number, id: unknown): void {
    if (lengthOf(id) > MAX_ID_LENGTH)
      throw new RangeError(`its id is longer than ${MAX_ID_LENGTH} characters`);
    this.#ids.set(streamId, id);
  }

  /** For a packet that is answered at once: its id may have any length. */
  keep(streamId: number, id: unknown): void {
    this.#ids.set(streamId, id);
  }

  has(streamId: number): boolean {
    return this.#ids.has(streamId);
  }

  get(streamId: number): unknown {
    return this.#ids.get(streamId);
  }

  close(streamId: number): void {
    this.#ids.delete(streamId);
  }
}

function lengthOf(id: unknown): number {
  if (typeof id === 'string') return id.length;
  return typeof id === 'object' && id !== null ? JSON.stringify(id).length : 0;
}
