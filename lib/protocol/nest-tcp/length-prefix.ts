import { protocolError } from '../faults.js';

const HASH = 0x23;
const ZERO = 0x30;
const NINE = 0x39;
const MAX_DIGITS = 9;

/**
 * The digits before a message, which may come one by one. Strictly `[0-9]{1,9}#`: the stock reader
 * takes whatever `parseInt` makes a number of, and reads on for ever when there is no `#`.
 */
export class LengthPrefix {
  #digits = 0;
  #value = 0;

  /** The length that was read; valid once `read` has found its end. */
  get value(): number {
    return this.#value;
  }

  /** How many characters of an unfinished prefix have come. */
  get length(): number {
    return this.#digits;
  }

  /**
   * Goes on at `start`.
   *
   * @returns where the message begins, or -1 when the prefix goes on in the next chunk
   * @throws SocketPoolError `PROTOCOL_ERROR`
   */
  read(bytes: Uint8Array, start: number): number {
    if (this.#digits === 0) this.#value = 0;
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === HASH) return this.#finish(at + 1);
      if (byte < ZERO || byte > NINE || this.#digits === MAX_DIGITS)
        throw malformed(byte, this.#digits);
      this.#value = this.#value * 10 + byte - ZERO;
      this.#digits++;
    }
    return -1;
  }

  #finish(at: number): number {
    if (this.#value === 0) throw protocolError('a message without a length, or of length 0');
    this.#digits = 0;
    return at;
  }
}

function malformed(byte: number, digits: number): Error {
  const seen = `0x${byte.toString(16).padStart(2, '0')}`;
  return protocolError(
    `${seen} after ${digits} digits of a message's length, where at most ${MAX_DIGITS} digits and then # belong`,
  );
}
