import { messageOf, SocketPoolError } from '../errors/socket-pool-error.js';

/** Patterns above this number are forgotten together: a caller that makes them up must not fill the memory. */
const MAX_KEPT = 1_024;

/** JSON of patterns with one key and a text, by key and text. */
const kept = new Map<string, Map<string, string>>();
let keptCount = 0;

/**
 * The JSON of a pattern that is no text.
 *
 * Callers write the pattern anew for every call, and nearly all have one key with a text, as in
 * `{ cmd: 'find' }`. To look these up costs a fraction of writing their JSON, and always yields the
 * identical string, whose hash is known to the maps behind.
 *
 * @throws SocketPoolError `UNSERIALIZABLE_PAYLOAD` when it has none
 */
export function patternText(pattern: unknown): string {
  const key = soleKeyOf(pattern);
  if (key === undefined) return toJson(pattern);
  const value = (pattern as Record<string, unknown>)[key];
  if (typeof value !== 'string') return toJson(pattern);
  return kept.get(key)?.get(value) ?? keep(key, value);
}

/** The only key of a plain object; `undefined` for everything else. */
function soleKeyOf(pattern: unknown): string | undefined {
  if (typeof pattern !== 'object' || pattern === null) return undefined;
  if (Object.getPrototypeOf(pattern) !== Object.prototype) return undefined;
  let sole: string | undefined;
  for (const key in pattern) {
    if (sole !== undefined || !Object.hasOwn(pattern, key)) return undefined;
    sole = key;
  }
  return sole;
}

function keep(key: string, value: string): string {
  const text = toJson({ [key]: value });
  if (keptCount >= MAX_KEPT) {
    kept.clear();
    keptCount = 0;
  }
  let ofKey = kept.get(key);
  if (ofKey === undefined) kept.set(key, (ofKey = new Map()));
  ofKey.set(value, text);
  keptCount++;
  return text;
}

function toJson(pattern: unknown): string {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(pattern) as string | undefined;
  } catch (error) {
    cause = error;
  }
  if (text !== undefined) return text;
  const why = cause === undefined ? `a ${typeof pattern} has no JSON` : messageOf(cause);
  throw new SocketPoolError('UNSERIALIZABLE_PAYLOAD', `the pattern cannot be encoded: ${why}`, {
    cause,
  });
}
