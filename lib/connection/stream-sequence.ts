/**
 * The ids of the streams and events that a client opens: each greater than the one before. After a
 * go-away the last one that is served stays the one that the go-away named, whatever still arrives.
 */
export class StreamSequence {
  #last = 0;
  #lastServed = 0;

  /** The newest id; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** The newest id of those that are served. */
  get lastServed(): number {
    return this.#lastServed;
  }

  /** @returns whether the id is in order */
  take(streamId: number, isServed: boolean): boolean {
    if (streamId <= this.#last) return false;
    this.#last = streamId;
    if (isServed) this.#lastServed = streamId;
    return true;
  }
}
