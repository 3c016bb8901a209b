import { describe, expect, it } from 'vitest';
import type { ErrorCode, ErrorCodeDescription } from '../../../lib/errors/error-codes.js';
import { codeOfWireNumber, ERROR_CODES, wireNumberOf } from '../../../lib/errors/error-codes.js';

const codes = Object.keys(ERROR_CODES) as ErrorCode[];
const described = (code: ErrorCode): ErrorCodeDescription => ERROR_CODES[code];

/** Numbers are never given to another code, nor taken away: peers of other versions know them. */
const WIRE_NUMBERS: Readonly<Record<number, ErrorCode>> = {
  1: 'HANDSHAKE_FAILED',
  2: 'UNSUPPORTED_VERSION',
  3: 'DEADLINE_EXCEEDED',
  4: 'CANCELLED',
  5: 'REJECTED',
  6: 'NO_HANDLER',
  7: 'HANDLER_FAILED',
  8: 'BAD_PAYLOAD',
  9: 'UNSERIALIZABLE_REPLY',
  10: 'MESSAGE_TOO_LARGE',
  11: 'REPLY_TOO_LARGE',
  12: 'STREAM_OVERFLOW',
  13: 'PROTOCOL_ERROR',
  14: 'INTERNAL_ERROR',
};

describe('the table of error codes', () => {
  it('gives the same numbers on the wire for ever, each to one code', () => {
    const numbered = codes.filter((code) => described(code).wire !== undefined);
    const numbers = Object.fromEntries(numbered.map((code) => [described(code).wire, code]));
    expect(numbers).toEqual(WIRE_NUMBERS);
    expect(numbered).toHaveLength(Object.keys(WIRE_NUMBERS).length);
  });

  it.each(codes)(
    'says of %s what it means, and never that a call which may have run is safe to repeat',
    (code) => {
      const { processed, retryable, description } = described(code);
      expect(['no', 'maybe', 'yes']).toContain(processed);
      expect(description).toMatch(/^[A-Z`].+\.$/s);
      if (processed !== 'no') expect(retryable).toBe(false);
    },
  );

  it('reads a number as the code that was written', () => {
    for (const [wire, code] of Object.entries(WIRE_NUMBERS)) {
      expect(wireNumberOf(code)).toBe(Number(wire));
      expect(codeOfWireNumber(Number(wire))).toBe(code);
    }
  });

  it('writes a code that only one end knows as an internal error', () => {
    for (const code of codes.filter((each) => described(each).wire === undefined)) {
      expect(wireNumberOf(code)).toBe(wireNumberOf('INTERNAL_ERROR'));
    }
  });

  it.each([0, 15, 255, 65_535, -1, Number.NaN])(
    'reads the unknown number %d as an internal error',
    (wire) => {
      expect(codeOfWireNumber(wire)).toBe('INTERNAL_ERROR');
    },
  );
});
