/**
 * Hashes for placing things, the same in every process: not for secrets, and not against an adversary.
 * Source: FNV-1a (Fowler, Noll, Vo), and the finalizer of MurmurHash3 (Appleby), which spreads what
 * FNV leaves close together.
 */

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const GOLDEN = 0x9e3779b1;

/** 32 bits of a text, by its UTF-16 code units. */
export function hashText(text: string): number {
  let hash = FNV_OFFSET;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
  }
  return finalize(hash);
}

/** 32 bits of two hashes together; the order counts. */
export function mixHashes(first: number, second: number): number {
  return finalize(Math.imul(first, GOLDEN) ^ second);
}

function finalize(hash: number): number {
  let mixed = hash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
