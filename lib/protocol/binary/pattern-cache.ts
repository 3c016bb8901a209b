import { Buffer } from 'node:buffer';
import { readText } from '../text.js';

/** Longer patterns are converted each time. */
const MAX_CACHED_BYTES = 128;

/** Slots for reading; two patterns that share one take turns. A power of two. */
const SLOTS = 1024;

/** Entries for writing, after which the cache starts afresh. */
const MAX_ENTRIES = 1024;

interface Slot {
  readonly bytes: Uint8Array;
  readonly text: string;
}

/**
 * A service is called with few patterns, over and over, so their conversion between text and bytes is
 * kept. The cache is shared by all connections of the process: it needs no more memory for many, and
 * peers that send ever new patterns only make it useless, not larger.
 */
export class PatternCache {
  /** The slot that was read last: many calls in a row have one pattern, which then needs no hash. */
  #last: Slot | undefined;
  readonly #slots: (Slot | undefined)[] = Array.from<undefined>({ length: SLOTS }).fill(undefined);
  readonly #encoded = new Map<string, Uint8Array>();

  /** The text of UTF-8 bytes; equal bytes give the identical string, as long as it is cached. */
  textOf(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    const last = this.#last;
    if (last !== undefined && isEqual(last.bytes, bytes, start, length)) return last.text;
    if (length > MAX_CACHED_BYTES) return readText(bytes, start, end);
    return (this.#last = this.#slotOf(bytes, start, end)).text;
  }

  #slotOf(bytes: Buffer, start: number, end: number): Slot {
    const length = end - start;
    let hash = length;
    for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0;
    const index = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const slot = this.#slots[index];
    if (slot !== undefined && isEqual(slot.bytes, bytes, start, length)) return slot;
    const text = readText(bytes, start, end);
    return (this.#slots[index] = {
      bytes: Uint8Array.prototype.slice.call(bytes, start, end),
      text,
    });
  }

  /** The UTF-8 bytes of a text; not to be changed. */
  bytesOf(text: string): Uint8Array {
    const known = this.#encoded.get(text);
    if (known !== undefined) return known;
    const bytes = Buffer.from(text, 'utf8');
    if (bytes.length > MAX_CACHED_BYTES) return bytes;
    if (this.#encoded.size >= MAX_ENTRIES) this.#encoded.clear();
    // A copy, because a small Buffer is a piece of a larger pool that it would keep alive.
    const own = new Uint8Array(bytes);
    this.#encoded.set(text, own);
    return own;
  }
}

function isEqual(known: Uint8Array, bytes: Uint8Array, start: number, length: number): boolean {
  if (known.length !== length) return false;
  for (let at = 0; at < length; at++) {
    if (known[at] !== bytes[start + at]) return false;
  }
  return true;
}

/** The cache of this process. */
export const patternCache = new PatternCache();
