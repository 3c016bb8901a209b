/** What the first bytes of a connection speak; `incomplete` when there are too few to tell. */
export type Sniffed = 'binary' | 'nest-tcp' | 'tls' | 'http' | 'unknown' | 'incomplete';

/**
 * `F5 'N' 'S' 'P' CR LF`. `F5` begins no UTF-8 text, no stock Nest packet (a digit), no TLS record (`16`)
 * and no HTTP request (a letter); CR LF shows a link that rewrites line ends.
 */
export const MAGIC: readonly number[] = [0xf5, 0x4e, 0x53, 0x50, 0x0d, 0x0a];
const TLS_HANDSHAKE = 0x16;

/**
 * Tells protocols apart by their first bytes: ours begins with a byte that no text holds, a stock Nest
 * packet with the digits of its length, TLS with a handshake record, HTTP with an upper-case letter.
 */
export function sniff(bytes: Uint8Array): Sniffed {
  if (bytes.length === 0) return 'incomplete';
  const first = bytes[0]!;
  if (first === MAGIC[0]) return sniffMagic(bytes);
  if (first >= 0x30 && first <= 0x39) return 'nest-tcp';
  if (first === TLS_HANDSHAKE) return 'tls';
  return first >= 0x41 && first <= 0x5a ? 'http' : 'unknown';
}

function sniffMagic(bytes: Uint8Array): Sniffed {
  const length = Math.min(bytes.length, MAGIC.length);
  for (let at = 1; at < length; at++) {
    if (bytes[at] !== MAGIC[at]) return 'unknown';
  }
  return length === MAGIC.length ? 'binary' : 'incomplete';
}
