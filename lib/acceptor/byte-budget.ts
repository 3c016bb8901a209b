import { SocketPoolError } from '../errors/socket-pool-error.js';

/** Something that makes this process hold bytes. The fields belong to the budget; they start as 0 and false. */
export interface ByteHolder {
  countedBytes: number;
  isEvicted: boolean;
}

/**
 * Bounds what all connections together make this process hold. Each is bounded by itself, but ten
 * thousand peers with half a message each are not. Above the limit those who hold most have to go,
 * until the others fit.
 */
export class ByteBudget<Holder extends ByteHolder> {
  readonly #maxBytes: number;
  readonly #evict: (largest: Holder, totalBytes: number) => void;
  /** Only those who hold something. */
  readonly #holders = new Set<Holder>();
  #totalBytes = 0;

  /** @param evict has to let go of what the holder holds; it is not counted any more */
  constructor(maxBytes: number, evict: (largest: Holder, totalBytes: number) => void) {
    this.#maxBytes = maxBytes;
    this.#evict = evict;
  }

  get totalBytes(): number {
    return this.#totalBytes;
  }

  /** A holder holds so many bytes now. */
  count(holder: Holder, bytes: number): void {
    if (bytes === holder.countedBytes || holder.isEvicted) return;
    if (bytes === 0) this.#holders.delete(holder);
    else if (holder.countedBytes === 0) this.#holders.add(holder);
    this.#totalBytes += bytes - holder.countedBytes;
    holder.countedBytes = bytes;
    while (this.#totalBytes > this.#maxBytes) this.#evictLargest();
  }

  #evictLargest(): void {
    let largest: Holder | undefined;
    for (const holder of this.#holders) {
      if (largest === undefined || holder.countedBytes > largest.countedBytes) largest = holder;
    }
    if (largest === undefined) return;
    const totalBytes = this.#totalBytes;
    this.#holders.delete(largest);
    this.#totalBytes -= largest.countedBytes;
    largest.countedBytes = 0;
    largest.isEvicted = true;
    this.#evict(largest, totalBytes);
  }
}

/** Why a connection had to go: it held the most when all together held too much. */
export function overBudgetError(
  remote: string,
  totalBytes: number,
  maxBytes: number,
): SocketPoolError {
  const text = `${remote} held most of ${totalBytes} bytes, ${maxBytes} may be held for all peers together`;
  return new SocketPoolError('CONNECTION_LOST', text);
}
