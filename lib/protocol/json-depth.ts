/**
 * How deep JSON from a peer may nest. `JSON.parse` takes a million levels, but `JSON.stringify`,
 * `structuredClone` and whatever recurses over the value in a handler end in a stack overflow at some
 * thousands, so a bound is kept where the value comes in.
 */
export const MAX_JSON_DEPTH = 1024;

/** Text of this length cannot nest deeper: each level takes an opening and a closing character. */
const ALWAYS_SHALLOW_BYTES = 2 * MAX_JSON_DEPTH + 1;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
/** `[` and `{`, like `]` and `}`, differ in this bit alone. */
const BRACE_BIT = 0x20;

/** Whether JSON text nests deeper than {@link MAX_JSON_DEPTH}. Small text is not looked at. */
export function isTooDeep(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start <= ALWAYS_SHALLOW_BYTES) return false;
  let openings = 0;
  for (let at = start; at < end; at++) {
    if ((bytes[at]! & ~BRACE_BIT) === OPEN_BRACKET) openings++;
  }
  // The count takes in those inside of strings; only a text with many is worth the exact look.
  return openings > MAX_JSON_DEPTH && depthOf(bytes, start, end) > MAX_JSON_DEPTH;
}

function depthOf(bytes: Uint8Array, start: number, end: number): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) isInString = !isInString;
    else if (isInString) at += byte === BACKSLASH ? 1 : 0;
    else if ((byte & ~BRACE_BIT) === OPEN_BRACKET) deepest = Math.max(deepest, ++depth);
    else if ((byte & ~BRACE_BIT) === CLOSE_BRACKET) depth--;
  }
  return deepest;
}
