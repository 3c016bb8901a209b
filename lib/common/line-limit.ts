import type { Clock } from './clock.js';

/** How many lines, over how long. */
export interface LineLimitOptions {
  readonly maxLines: number;
  readonly windowMs: number;
}

/** Bounds how much is logged, whatever happens below: so many lines per window, and the rest is counted. */
export class LineLimit {
  readonly #clock: Clock;
  readonly #options: LineLimitOptions;
  #windowEndsAt = Number.NEGATIVE_INFINITY;
  #lines = 0;
  #leftOut = 0;

  constructor(clock: Clock, options: LineLimitOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** @returns the line to log, with the number of those left out before it; `undefined` for none */
  admit(line: string): string | undefined {
    const now = this.#clock.now();
    if (now >= this.#windowEndsAt) {
      this.#windowEndsAt = now + this.#options.windowMs;
      this.#lines = 0;
    }
    if (this.#lines >= this.#options.maxLines) {
      this.#leftOut++;
      return undefined;
    }
    this.#lines++;
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    return leftOut === 0 ? line : `${line} (${leftOut} lines before this one were left out)`;
  }
}

/** Text for a log: on one line, of bounded length, whoever had a say in it. */
export function oneLine(text: string, maxLength = 300): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return cut.replaceAll(/\p{Cc}+/gu, ' ');
}
