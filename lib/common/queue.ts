/** A place in a {@link Queue}; the handle by which its value is removed in O(1). */
export class QueueEntry<Value> {
  /** @internal */ previous: QueueEntry<Value> | undefined;
  /** @internal */ next: QueueEntry<Value> | undefined;
  /** @internal */ isQueued = true;

  constructor(readonly value: Value) {}
}

/** First in, first out, or last out where that is asked for, with removal of any entry in O(1) by its handle. */
export class Queue<Value> implements Iterable<Value> {
  #head: QueueEntry<Value> | undefined;
  #tail: QueueEntry<Value> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(value: Value): QueueEntry<Value> {
    const entry = new QueueEntry(value);
    entry.previous = this.#tail;
    if (this.#tail === undefined) this.#head = entry;
    else this.#tail.next = entry;
    this.#tail = entry;
    this.#size++;
    return entry;
  }

  shift(): Value | undefined {
    const head = this.#head;
    if (head === undefined) return undefined;
    this.remove(head);
    return head.value;
  }

  /** Takes the newest. */
  pop(): Value | undefined {
    const tail = this.#tail;
    if (tail === undefined) return undefined;
    this.remove(tail);
    return tail.value;
  }

  peek(): Value | undefined {
    return this.#head?.value;
  }

  /** @returns whether the entry was still queued */
  remove(entry: QueueEntry<Value>): boolean {
    if (!entry.isQueued) return false;
    entry.isQueued = false;
    if (entry.previous === undefined) this.#head = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next === undefined) this.#tail = entry.previous;
    else entry.next.previous = entry.previous;
    entry.previous = entry.next = undefined;
    this.#size--;
    return true;
  }

  /** Walks what is queued now; entries may be removed meanwhile, and are then passed over. */
  *[Symbol.iterator](): Iterator<Value> {
    const entries: QueueEntry<Value>[] = [];
    for (let entry = this.#head; entry !== undefined; entry = entry.next) entries.push(entry);
    for (const entry of entries) if (entry.isQueued) yield entry.value;
  }
}
