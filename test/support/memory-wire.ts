import { Buffer } from 'node:buffer';

/** The end of a {@link MemoryWire} that reads from it. */
export interface WireReader {
  /** Whether it may be given bytes now: started, not paused, not closed. */
  readonly isReading: boolean;
  onBytes(chunk: Buffer): void;
  onFin(): void;
  onReset(): void;
}

/** The end that writes. */
export interface WireWriter {
  /** Nothing is pending any more. */
  onTaken(): void;
  /** What was written cannot arrive: the reader is closed. */
  onRefused(): void;
}

/**
 * One direction of a pair of memory links. Bytes are *pending* until the "kernel" takes them (up to
 * `capacityBytes`), then they are *under way* until the reader gets them. Pending bytes are kept by
 * reference and copied when taken, so that a writer that uses its buffer again too early is found out.
 */
export class MemoryWire {
  /** The most bytes that a reader gets in one chunk. */
  splitBytes = Infinity;
  /** The size of both kernels' buffers together: more than this is not taken until the reader reads. */
  capacityBytes = Infinity;
  /** Called when there may be something to deliver. */
  onWork: () => void = () => undefined;
  reader!: WireReader;
  writer!: WireWriter;
  #pending: Uint8Array[] = [];
  #underWay: Buffer[] = [];
  #underWayBytes = 0;
  #isStalled = false;
  #isDropped = false;
  #isReset = false;
  #isReaderGone = false;
  #fin: 'none' | 'wanted' | 'delivered' = 'none';

  get pendingBytes(): number {
    return this.#pending.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  /** Taken from the writer, not yet given to the reader. */
  get underWayBytes(): number {
    return this.#underWayBytes;
  }

  /** The writer has sent all it will ever send. */
  get isFinSent(): boolean {
    return this.#fin !== 'none' && this.#pending.length === 0;
  }

  get isFinDelivered(): boolean {
    return this.#fin === 'delivered';
  }

  /** Nothing arrives until {@link flow}, not even the end: a stopped peer, a full network. */
  stall(): void {
    this.#isStalled = true;
  }

  flow(): void {
    this.#isStalled = false;
    this.onWork();
  }

  /** From now on all that is written is taken and lost, the end too: an unplugged network. */
  drop(): void {
    this.#isDropped = true;
    this.#underWay = [];
    this.#underWayBytes = 0;
    this.#take();
  }

  write(chunks: readonly Uint8Array[]): void {
    if (this.#isReaderGone && !this.#isStalled && !this.#isDropped) {
      this.writer.onRefused();
      return;
    }
    this.#pending.push(...chunks.filter((bytes) => bytes.length > 0));
    this.#take();
    this.onWork();
  }

  fin(): void {
    if (this.#fin === 'none') this.#fin = 'wanted';
    this.onWork();
  }

  /** The writer is closed: what the kernel has not taken is lost, then comes the end. */
  closeWriter(): void {
    this.#pending = [];
    this.fin();
  }

  /** The reader is closed: who still writes is told. */
  closeReader(): void {
    this.#isReaderGone = true;
    this.#underWay = [];
    this.#underWayBytes = 0;
    if (this.#pending.length > 0) this.writer.onRefused();
  }

  /** Loses all that is under way; the reader learns of the reset as soon as it reads. */
  reset(): void {
    this.#pending = [];
    this.#underWay = [];
    this.#underWayBytes = 0;
    this.#isReset = true;
    this.onWork();
  }

  /** Whether {@link deliver} would do something. */
  get hasWork(): boolean {
    if (this.#isStalled || this.#isDropped || !this.reader.isReading) return false;
    return this.#isReset || this.#underWayBytes > 0 || (this.isFinSent && !this.isFinDelivered);
  }

  /** Gives the reader what is under way now; what it makes room for comes with the next call. */
  deliver(): void {
    if (!this.hasWork) return;
    if (this.#isReset) {
      this.reader.onReset();
      return;
    }
    this.#deliverBytes(Buffer.concat(this.#underWay));
    this.#take();
    if (this.hasWork && this.isFinSent && this.#underWayBytes === 0) {
      this.#fin = 'delivered';
      this.reader.onFin();
    }
  }

  /** As much as there is in one chunk, over the borders of writes, as a kernel does it. */
  #deliverBytes(bytes: Buffer): void {
    let offset = 0;
    this.#underWay = [];
    while (offset < bytes.length && this.hasWork) {
      const end = Math.min(offset + this.splitBytes, bytes.length);
      this.#underWayBytes -= end - offset;
      // A copy: the chunk belongs to the reader.
      this.reader.onBytes(Buffer.from(bytes.subarray(offset, end)));
      offset = end;
    }
    // Paused on the way: the rest is still to come, unless the reader closed.
    if (offset < bytes.length && !this.#isReaderGone)
      this.#underWay.unshift(bytes.subarray(offset));
  }

  #take(): void {
    if (this.#pending.length === 0) return;
    for (let room = this.#room(); room > 0 && this.#pending.length > 0; room = this.#room()) {
      const bytes = this.#pending.shift()!;
      if (bytes.length > room) this.#pending.unshift(bytes.subarray(room));
      if (this.#isDropped) continue;
      this.#underWay.push(Buffer.from(bytes.subarray(0, room)));
      this.#underWayBytes += Math.min(bytes.length, room);
    }
    if (this.#pending.length === 0) this.writer.onTaken();
  }

  #room(): number {
    return this.#isDropped ? Infinity : this.capacityBytes - this.#underWayBytes;
  }
}
