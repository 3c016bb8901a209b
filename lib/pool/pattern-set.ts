/** A pattern as Nest takes it. */
export type Pattern = string | number | { readonly [key: string]: unknown };

/** Texts above this number are forgotten together: a caller may make up patterns. */
const MAX_CACHED = 1_000;

export function isPattern(value: unknown): value is Pattern {
  if (typeof value === 'object') return value !== null && !Array.isArray(value);
  return typeof value === 'number' || (typeof value === 'string' && value !== '');
}

/**
 * Patterns to look a call up in. Two objects are the same pattern when they have the same keys and
 * values, in whatever order; this is what Nest makes of them as well.
 */
export class PatternSet {
  readonly #routes: ReadonlySet<string>;
  /** Whether a JSON text, as it was written by a caller, is in the set. */
  readonly #byText = new Map<string, boolean>();

  constructor(patterns: readonly Pattern[]) {
    this.#routes = new Set(patterns.map((each) => routeOf(each)));
  }

  /** @param isJson the pattern was no text, and `pattern` is its JSON */
  has(pattern: string, isJson: boolean): boolean {
    if (this.#routes.size === 0) return false;
    return this.#routes.has(pattern) || (isJson && this.#hasJson(pattern));
  }

  #hasJson(text: string): boolean {
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const isIn = this.#routes.has(routeOf(JSON.parse(text)));
    if (this.#byText.size >= MAX_CACHED) this.#byText.clear();
    this.#byText.set(text, isIn);
    return isIn;
  }
}

/** A text as it is; everything else as JSON with its keys in order. */
function routeOf(pattern: unknown): string {
  return typeof pattern === 'string' ? pattern : JSON.stringify(sorted(pattern));
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}
