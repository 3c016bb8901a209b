import { isAscii } from 'node:buffer';
import { protocolError } from '../faults.js';

/** From this many bytes on a look with native code is faster than a loop (measured). */
const NATIVE_LIMIT_BYTES = 128;

/**
 * Finds where a message ends whose length is told in UTF-16 code units, in bytes that are UTF-8 and come
 * in pieces cut anywhere. Only the first byte of each character is looked at; whether the others fit
 * is for the one who decodes the whole message to check.
 */
export class Utf16Counter {
  #unitsLeft = 0;
  /** Bytes of the last character that belong to the next piece. */
  #bytesToSkip = 0;
  #isAscii = true;

  /** Whether all characters so far had one byte. */
  get isAscii(): boolean {
    return this.#isAscii;
  }

  start(units: number): void {
    this.#unitsLeft = units;
    this.#bytesToSkip = 0;
    this.#isAscii = true;
  }

  /**
   * Goes on with the piece that begins at `start`.
   *
   * @returns where the message ends, or -1 when it goes on in the next piece
   * @throws SocketPoolError `PROTOCOL_ERROR` when it would end within a character
   */
  scan(bytes: Uint8Array, start: number): number {
    const end = bytes.length;
    let at = this.#scanAscii(bytes, start + this.#bytesToSkip);
    let units = this.#unitsLeft;
    while (units > 0 && at < end) {
      const byte = bytes[at]!;
      const length = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
      at += length;
      units -= length === 4 ? 2 : 1;
      if (length > 1) this.#isAscii = false;
    }
    if (units < 0) throw protocolError('a message ends within a surrogate pair');
    this.#unitsLeft = units;
    this.#bytesToSkip = Math.max(at - end, 0);
    return units === 0 && at <= end ? at : -1;
  }

  /** Takes a stretch of ASCII at once. */
  #scanAscii(bytes: Uint8Array, at: number): number {
    const stretch = Math.min(this.#unitsLeft, bytes.length - at);
    if (stretch < NATIVE_LIMIT_BYTES || !isAscii(bytes.subarray(at, at + stretch))) return at;
    this.#unitsLeft -= stretch;
    return at + stretch;
  }
}
