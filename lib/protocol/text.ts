import { Buffer } from 'node:buffer';
import type { WriteBuffer } from './write-buffer.js';

/**
 * Node's own text methods of Buffer, without the argument checks of `write` and `toString`. They are
 * present in every Node since 4, but not in its documentation, hence the fallback.
 */
interface NativeText {
  utf8Write(text: string, offset: number, length: number): number;
  utf8Slice(start: number, end: number): string;
}

const isNative = 'utf8Write' in Buffer.prototype && 'utf8Slice' in Buffer.prototype;

/** Up to this length a loop over the characters is faster than the call into native code (measured). */
const LOOP_LIMIT = 16;

/** Up to this length room for the worst case (3 bytes for a code unit) is taken instead of counting first. */
const COUNT_LIMIT = 2 * 1024;

/** Appends text as UTF-8. Lone surrogates become U+FFFD. */
export function writeText(text: string, out: WriteBuffer): void {
  const { length } = text;
  out.reserve(length <= COUNT_LIMIT ? length * 3 : Buffer.byteLength(text, 'utf8'));
  if (length <= LOOP_LIMIT && writeAscii(text, out.bytes, out.offset)) {
    out.offset += length;
    return;
  }
  const { bytes, offset } = out;
  out.offset += isNative
    ? (bytes as unknown as NativeText).utf8Write(text, offset, bytes.length - offset)
    : bytes.write(text, offset, 'utf8');
}

/** @returns whether the text was ASCII; otherwise the bytes behind `offset` are undefined */
function writeAscii(text: string, bytes: Uint8Array, offset: number): boolean {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return false;
    bytes[offset + index] = unit;
  }
  return true;
}

/** UTF-8 bytes as text. Invalid sequences become U+FFFD. */
export function readText(bytes: Buffer, start: number, end: number): string {
  return isNative
    ? (bytes as unknown as NativeText).utf8Slice(start, end)
    : bytes.toString('utf8', start, end);
}

/** The longest beginning of a text that fits into `maxBytes` of UTF-8, cut between characters. */
export function truncateText(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes || Buffer.byteLength(text, 'utf8') <= maxBytes) return text;
  let end = Math.min(text.length, maxBytes);
  while (end > 0 && Buffer.byteLength(text.slice(0, end), 'utf8') > maxBytes) end--;
  const last = text.charCodeAt(end - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? end - 1 : end);
}
